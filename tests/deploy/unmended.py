"""The settings of development without one of the mends against outages, which UNMENDED names: tests fail on them."""

import os

from config.settings.dev import *  # noqa: F403
from config.settings.dev import CACHES, DATABASES, REDIS_URL, STORAGES

match os.environ["UNMENDED"]:
    case "cache":  # Django's own, which raises what Redis raises
        CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    case "pool":  # waits long for a database that is away
        DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 10
    case "mail":  # Django's default, which waits for a silent mail server for ever
        EMAIL_TIMEOUT = None
    case "files":  # Django's own, which writes files in their place
        STORAGES["default"] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
