"""Settings for a server: secrets come from the environment, names of static files contain a hash."""

from config.settings.base import *  # noqa: F403
from config.settings.base import SILENCED_SYSTEM_CHECKS, STATIC_ROOT, STORAGES, clean_url, env

SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", subcast=str.strip)
WAGTAILADMIN_BASE_URL = clean_url(env.str("WAGTAILADMIN_BASE_URL"))
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [WAGTAILADMIN_BASE_URL], subcast=clean_url)

# Each release has its own.
STATIC_ROOT = env.path("STATIC_ROOT", STATIC_ROOT)
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"}}

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 60 * 60 * 24 * 365)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
# Browsers with a built-in list insist on HTTPS for months: only a site that asks for it is entered.
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "security.W021"]
