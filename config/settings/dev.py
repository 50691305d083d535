"""Settings for development and for `manage.py up`: static files are served from their sources."""

from config.settings.base import *  # noqa: F403
from config.settings.base import PAGE_CACHE_MAX_BYTES, env

DEBUG = env.bool("DEBUG", True)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["*"], subcast=str.strip)
# Changes of templates must be visible at once.
PAGE_CACHE_MAX_BYTES = 0 if DEBUG else PAGE_CACHE_MAX_BYTES
