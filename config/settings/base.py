"""The settings of all environments. Values that differ by machine come from the environment or from `.env`."""

from pathlib import Path
from urllib.parse import quote

from environs import Env, validate

from config.settings.var_dir import prepare_var_dir, read_or_create_secret_key
from galley.backups.conf import backup_settings
from galley.files.conf import file_storages
from galley.languages.conf import language_settings
from galley.monitoring.conf import logging_settings
from galley.second_factor import conf as second_factor
from galley.single_sign_on.conf import single_sign_on_settings
from galley.tasks.conf import mail_settings

BASE_DIR = Path(__file__).resolve().parents[2]

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)


def clean_url(url: str) -> str:
    """Return `url` without spaces and slashes around it: it is compared with the origins that browsers send."""
    return url.strip().rstrip("/")


# The site writes to this folder only: database, media, secret key.
VAR_DIR = prepare_var_dir(env.path("GALLEY_VAR_DIR", BASE_DIR / "var"))

SECRET_KEY = env.str("SECRET_KEY", None) or read_or_create_secret_key(VAR_DIR / "secret-key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [], subcast=str.strip)
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [], subcast=str.strip)

INSTALLED_APPS = [
    "quickstart",
    "galley.page_cache",
    "home",
    "portfolio",
    "blog",
    "forms",
    "search",
    "transfer",
    "galley.preview",
    "galley.publishing",
    "galley.site_settings",
    "galley.history",
    "galley.bin",
    "galley.calendar",
    "galley.page_lists",
    "galley.writing",
    "galley.desk",
    "galley.reports",
    "galley.embeds",
    "galley.languages",
    "galley.statistics",
    "galley.health",
    "galley.monitoring",
    "galley.second_factor",
    "galley.rate_limits",
    "galley.tasks",
    "galley.files",
    "galley.backups",
    "galley.security_headers",
    "galley.desk.apps.RedirectsConfig",
    "wagtail.contrib.settings",
    "wagtail.contrib.sitemaps",
    "wagtail.contrib.table_block",
    "wagtail.sites",
    "galley.desk.apps.PeopleConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "wagtailmarkdown",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "template_partials",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

# The classes in `galley.async_pages.middleware` are Django's, without the change of threads in async requests.
MIDDLEWARE = [
    "galley.page_cache.middleware.CacheControlMiddleware",
    "galley.security_headers.middleware.SecurityHeadersMiddleware",
    "galley.languages.middleware.LanguageMiddleware",
    "galley.async_pages.middleware.SecurityMiddleware",
    "galley.async_pages.middleware.SessionMiddleware",
    "galley.async_pages.middleware.CommonMiddleware",
    "galley.async_pages.middleware.CsrfViewMiddleware",
    "galley.async_pages.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "galley.site_settings.middleware.TimeZoneMiddleware",
    "galley.async_pages.middleware.MessageMiddleware",
    "galley.async_pages.middleware.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "home.not_found.NotFoundPageMiddleware",
    "galley.async_pages.middleware.RedirectMiddleware",
]
CSRF_FAILURE_VIEW = "galley.async_pages.refused_forms.refuse_form"

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "home.navigation.menus",
                "galley.preview.context_processors.previews_without_csrf_token",
            ],
        },
    },
]

# Database and cache

# For several threads that write, SQLite needs WAL, and transactions that take their write lock at the start.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
}
# The preview's sockets run in threads that come and go, and share connections through Psycopg's pool.
# A connection to a host that is cut off ends this soon; also at the server, where its locks would last for two hours.
CUT_OFF = {"connect_timeout": "2", "tcp_user_timeout": "1500", "keepalives_idle": "5", "keepalives_interval": "2"}
CUT_OFF["options"] = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_user_timeout=9s"
# In seconds: how long a request waits for a connection, and how long the pool tries to make one. After that, the next
# request lets it try again. By default, the time between two attempts doubles up to minutes.
POOL = {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", 16), "timeout": 1.5, "reconnect_timeout": 0.5}
DATABASE_PROCESSES = env.int("DATABASE_PROCESSES", 3)

DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{quote(str(VAR_DIR / 'galley.sqlite3'))}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # The threads of requests live as long as the process, and so do their connections.
    DATABASES["default"] |= {"OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": None}
else:
    DATABASES["default"]["ENGINE"] = "galley.circuit_breaker"
    # The pool needs each connection back after the request. What DATABASE_URL says, such as `?sslmode=`, counts.
    DATABASES["default"]["OPTIONS"] = {"pool": POOL, **CUT_OFF} | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Threads for the synchronous part of requests. More of them don't compute faster. With fewer, slow uploads in the admin
# delay pages.
REQUEST_THREADS = env.int("REQUEST_THREADS", 4)

# All processes share one cache in Redis. Without Redis, only one process can run, with its cache in memory.
REDIS_URL = env.str("REDIS_URL", "")
# While Redis is away, nothing is found in the cache. Django's own backend would make every page fail.
CACHES = {
    "default": {
        "BACKEND": "galley.page_cache.redis_cache.PausingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Through Redis, a draft also reaches browsers at other processes. Without it, the lock file allows only one process.
PREVIEW_REDIS_URL = REDIS_URL
PREVIEW_LOCK_FILE = VAR_DIR / "server.lock"

# Page cache (`galley/page_cache/README.md`). The rows of these models are shown to no visitor.
PAGE_CACHE_PRIVATE_MODELS = ["preview", "history", "bin", "calendar", "page_lists", "reports", "statistics", "tasks"]
PAGE_CACHE_PRIVATE_MODELS += ["account", "mfa", "usersessions"]
PAGE_CACHE_PRIVATE_MODELS += ["rate_limits", "desk.PageTemplate", "transfer.PostImport", "forms.ContactMessage"]
# How much memory the cached pages of one process may take.
PAGE_CACHE_MAX_BYTES = env.int("PAGE_CACHE_MIB", 48) * 1024 * 1024
PAGE_CACHE_EXCLUDED_PATHS = ["/static/", "/media/", "/admin/", "/documents/", "/preview/", "/health/", "/metrics"]
# For HTMX, lists respond with an HTML fragment.
PAGE_CACHE_KEYED_HEADERS = ["HX-Request", "HX-History-Restore-Request"]
# The address where a Varnish or CDN takes PURGE requests. It may then serve pages for that many seconds.
CDN_PURGE_URL = env.str("CDN_PURGE_URL", "")
PAGE_CACHE_SHARED_MAX_AGE = env.int("CDN_MAX_AGE", 60 if CDN_PURGE_URL else 0)
if CDN_PURGE_URL:
    INSTALLED_APPS += ["wagtail.contrib.frontend_cache"]
    WAGTAILFRONTENDCACHE = {
        "default": {"BACKEND": "wagtail.contrib.frontend_cache.backends.HTTPBackend", "LOCATION": CDN_PURGE_URL}
    }

# Tasks, accounts, languages

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "OPTIONS": {"id_function": "galley.monitoring.request_ids.make_task_id"},
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# After so many wrong passwords for one account from one address, none is looked at for so many seconds.
PASSWORD_ATTEMPTS = env.int("PASSWORD_ATTEMPTS", 5)
PASSWORD_ATTEMPTS_SPAN = env.int("PASSWORD_ATTEMPTS_SPAN", 15 * 60)
AUTHENTICATION_BACKENDS = [
    "galley.rate_limits.passwords.LimitBackend",
    "django.contrib.auth.backends.ModelBackend",
    "galley.second_factor.required.KeptOutBackend",
]
LOGIN_URL = "wagtailadmin_login"
vars().update(second_factor.SETTINGS)
# Names of groups whose members must have a second factor, or `*` for everybody.
SECOND_FACTOR_REQUIRED = env.list("SECOND_FACTOR_REQUIRED", [], subcast=str.strip)
WAGTAILADMIN_USER_LOGIN_FORM = "galley.rate_limits.forms.EditorSignInForm"
WAGTAILADMIN_USER_PASSWORD_RESET_FORM = "galley.rate_limits.forms.BackgroundResetForm"  # noqa: S105

vars().update(language_settings(env.list("GALLEY_LANGUAGES", []), INSTALLED_APPS))
vars().update(single_sign_on_settings(env, INSTALLED_APPS, PAGE_CACHE_PRIVATE_MODELS))
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
# Applies until the site's own time zone is chosen in the admin.
TIME_ZONE = "UTC"

# Files and uploads

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# The admin shows the editors' guide. Its pictures are static files there.
EDITORS_GUIDE = BASE_DIR / "docs/editors.md"
STATICFILES_DIRS = [BASE_DIR / "static", ("editors-guide", BASE_DIR / "docs/images/editors")]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# With a bucket of S3-compatible storage, several hosts share the files (docs/several-hosts.md).
AWS_STORAGE_BUCKET_NAME = env.str("S3_BUCKET", "")
AWS_S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", "") or None
AWS_S3_REGION_NAME = env.str("S3_REGION", "") or None
AWS_S3_ACCESS_KEY_ID = env.str("S3_ACCESS_KEY_ID", "") or None
AWS_S3_SECRET_ACCESS_KEY = env.str("S3_SECRET_ACCESS_KEY", "") or None
RENDITIONS_URL = clean_url(env.str("S3_PUBLIC_URL", ""))
STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    **file_storages(AWS_STORAGE_BUCKET_NAME),
}

# The form of a page with many blocks has more fields than Django's default of 1,000 (a block of code has seven; these
# take a second to read), and a long text is larger than 2.5 MiB. What is too large for the preview can still be saved.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
# Visitors, who aren't signed in, send far less.
VISITORS_MAX_BYTES = 256 * 1024

# Security (`galley/security_headers/README.md`): two short scripts stand in the pages themselves.
CSP_INLINE_SCRIPTS = ["components/theme_script.html", "components/late_htmx.html"]
CSP_SOURCE_FUNCTIONS = ["galley.embeds.providers.find_frame_sources"]
CSP_SOURCES = env.str("CSP_SOURCES", "")
CSP_ADMIN_SOURCES = env.str("CSP_ADMIN_SOURCES", "")
# Wagtail's preview panel shows the page in a frame of the same origin.
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = [
    "security.W019",  # recommends DENY for X_FRAME_OPTIONS, which would leave that panel empty
    # These look for Django's middleware by name and don't find the subclasses in `galley.async_pages.middleware`.
    "security.W001",
    "security.W002",
    "security.W003",
]

# E-mail and the contact form

vars().update(mail_settings(env.str("EMAIL_URL", "console:")))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Galley <galley@localhost>")

# How many messages a sender may send through the contact form, and in how many seconds.
CONTACT_MESSAGES_PER_SENDER = env.int("CONTACT_MESSAGES_PER_SENDER", 5)
CONTACT_RATE_SPAN = env.int("CONTACT_RATE_SPAN", 10 * 60)
# The number of proxies that append to `X-Forwarded-For`. With a higher number, senders can forge their address.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)

vars().update(backup_settings(env, VAR_DIR))

# How long what editors delete can be restored.
BIN_DAYS = env.int("BIN_DAYS", 30)

# Fonts for titles in scripts that the share images' own fonts lack; None for those of galley/images.
SHARE_IMAGE_FONTS = env.list("SHARE_IMAGE_FONTS", None)

WAGTAIL_SITE_NAME = "Galley"
WAGTAILADMIN_BASE_URL = clean_url(env.str("WAGTAILADMIN_BASE_URL", "http://localhost:8080"))
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "galley.preview.rich_text.LiveRichTextArea"}}
WAGTAILIMAGES_IMAGE_MODEL = "home.SiteImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "galley.images.uploads.UploadForm"
IMAGE_SLOTS = "home.image_slots.SLOTS"
WAGTAILIMAGES_RENDITION_STORAGE = "renditions"
# Looks as good as WebP at Wagtail's default of 80, in half of the bytes.
WAGTAILIMAGES_AVIF_QUALITY = 50
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpeg", "jpg", "png", "svg", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
# What one picture may take once it is opened, which happens in a process of its own.
MAX_PICTURE_MEMORY_MB = env.int("MAX_PICTURE_MEMORY_MB", 256)
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "pptx", "rtf", "txt", "xlsx", "zip"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.backend"}}
# The admin requests nothing from other hosts.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# Editors choose theirs in the panel of `galley.site_settings.account`, which knows that the site has one.
WAGTAIL_USER_TIME_ZONES: list[str] = []
WAGTAILMARKDOWN = {"autodownload_fontawesome": False}

# Prometheus reads `/metrics` with it. Without one, nothing is counted.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# The worker requests it each minute while all is well.
HEARTBEAT_URL = env.str("HEARTBEAT_URL", "")
# Where errors and traces are sent: with the extras `sentry` and `otel`.
SENTRY_DSN = env.str("SENTRY_DSN", "")
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "")

LOG_LEVEL = env.str("LOG_LEVEL", "WARNING").upper()
# For readers, or a JSON object in each line for programs: "plain" or "json".
LOG_FORMAT = env.str("LOG_FORMAT", "plain", validate=validate.OneOf(["plain", "json"]))
LOGGING = logging_settings(LOG_LEVEL, LOG_FORMAT)
