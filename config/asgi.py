"""The whole site as one ASGI application: `uvicorn config.asgi:application`."""

import os
from importlib import import_module

import django
from channels.routing import ProtocolTypeRouter
from django.conf import settings

from config.long_lived import loading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

with loading():
    django.setup(set_prefix=False)
    # With all views of the admin: otherwise the first visitor would wait for them.
    import_module(settings.ROOT_URLCONF)

    # These need the settings.
    from config.files import serve_public_media, serve_static_files
    from galley.async_pages import PooledASGIHandler
    from galley.page_cache.application import PageCache
    from galley.page_cache.protocol import answer_from
    from galley.preview.lifespan import application as preview_lifespan
    from galley.preview.routing import application as preview_application

    django_application = PooledASGIHandler(settings.REQUEST_THREADS)
    site = ProtocolTypeRouter(
        {
            "http": serve_public_media(serve_static_files(django_application)),
            "websocket": preview_application,
            "lifespan": preview_lifespan,
        }
    )
    application = site
    # With no bytes to keep pages in, there is no cache.
    if settings.PAGE_CACHE_MAX_BYTES:
        application = PageCache(site, settings.PAGE_CACHE_MAX_BYTES)
        answer_from(application.lookup, application.is_computing)
