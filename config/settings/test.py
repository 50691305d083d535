"""For the tests: nothing leaves the process, nothing outlives it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from config.settings.base import *  # noqa: F403

SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "testserver"]
_media = TemporaryDirectory(prefix="galley-test-media-")  # gone when the process ends
MEDIA_ROOT = Path(_media.name)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
