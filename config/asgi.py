"""The whole site as one ASGI application: `uvicorn config.asgi:application`."""

import gc
import os
import sys

from channels.routing import ProtocolTypeRouter
from django.conf import settings

from config.request_threads import get_pooled_asgi_application

# What is loaded now stays for good: looking for garbage in it would take a fifth of the time that loading takes, and
# some of every request's.
gc.disable()
sys.setswitchinterval(float(os.environ.get("SWITCH","0.005")))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django_application = get_pooled_asgi_application(settings.REQUEST_THREADS)

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
gc.freeze()
gc.enable()
