"""Settings for the tests: no network. `tests/databases.py` sets the folders for database and media."""

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS, PAGE_CACHE_PRIVATE_MODELS
from galley.single_sign_on.conf import install

SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Tests switch single sign-on on. Without a provider, nothing of it is seen.
vars().update(install(INSTALLED_APPS, PAGE_CACHE_PRIVATE_MODELS))
TASKS = {"default": {"BACKEND": "tests.indexes.LateIndexing"}}
# Each test sees what Django answers; those of the cache put it in front themselves.
PAGE_CACHE_MAX_BYTES = 0
