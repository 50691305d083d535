"""Settings for development and for `manage.py up`: static files are served from their sources."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, PAGE_CACHE_MAX_BYTES, WAGTAILADMIN_BASE_URL, env
from galley.site_settings.server_signs import find_server_signs

DEBUG = env.bool("DEBUG", True)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["*"], subcast=str.strip)
# Changes of templates must be visible at once.
PAGE_CACHE_MAX_BYTES = 0 if DEBUG else PAGE_CACHE_MAX_BYTES

signs = find_server_signs(DATABASES["default"], ALLOWED_HOSTS, WAGTAILADMIN_BASE_URL, Path(__file__))
if signs and not env.bool("ALLOW_DEV_SETTINGS", False):
    raise ImproperlyConfigured(
        f"These are the settings for development, and this looks like a server: {', '.join(signs)}. Nothing was done. "
        "On a server, run commands with `galley COMMAND`, or set DJANGO_SETTINGS_MODULE=config.settings.production. "
        "On your own machine, set ALLOW_DEV_SETTINGS=1."
    )
