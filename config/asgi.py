"""The whole site as one ASGI application: `uvicorn config.asgi:application`."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django_application = get_asgi_application()

from django.conf import settings  # noqa: E402

from config.files import serve_public_media, serve_static_files  # noqa: E402  (needs the settings)
from edge.application import EdgeCache  # noqa: E402
from preview.lifespan import application as preview_lifespan  # noqa: E402
from preview.routing import application as preview_application  # noqa: E402

site = ProtocolTypeRouter(
    {
        "http": serve_public_media(serve_static_files(django_application)),
        "websocket": preview_application,
        "lifespan": preview_lifespan,
    }
)
# With no bytes to keep pages in, there is no cache.
application = EdgeCache(site, settings.EDGE_MAX_BYTES) if settings.EDGE_MAX_BYTES else site
