"""On a developer's machine, and for `manage.py up`: the embedded database, static files from the sources."""

from config.settings.base import *  # noqa: F403
from config.settings.base import PAGE_CACHE_MAX_BYTES, env

DEBUG = env.bool("DEBUG", True)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["*"])
# Who works on templates and styles wants to see them at once.
PAGE_CACHE_MAX_BYTES = 0 if DEBUG else PAGE_CACHE_MAX_BYTES
