"""Settings for the tests: no network, and files in a temporary folder."""

import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES

temporary = tempfile.TemporaryDirectory(prefix="galley-test-", ignore_cleanup_errors=True)
TEST_DIR = Path(temporary.name)

SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "testserver"]
MEDIA_ROOT = TEST_DIR / "media"
# A file, because each thread has its own connection: SQLite locks whole tables of a shared database in memory.
DATABASES["default"]["TEST"] = {"NAME": str(TEST_DIR / "galley.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
# Each test sees what Django answers; those of the cache put it in front themselves.
PAGE_CACHE_MAX_BYTES = 0
