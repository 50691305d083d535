"""The whole site as one ASGI application, `config.asgi:application`."""
# ruff: noqa: E402  (most imports need Django's settings)

import gc
import os
import re
import sys
from importlib import import_module
from typing import Any

import django
from django.conf import settings

# How long a thread may hold the interpreter while others wait, in seconds. A thread that has an answer from the
# database waits that long for a thread that computes, many times for each page. Python's default is 0.005.
SWITCH_INTERVAL = 0.001

# Where people who are signed in upload files and save long texts.
EDITORS_PATHS = re.compile(r"/admin/(?!login/|password_reset/)")

# What is in use at a full collection is exempted with the rest, and never freed if it ends in a cycle. So not for ever.
EXEMPTING_COLLECTIONS = 10

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

# Without the garbage collector, the start takes a fifth less time.
gc.disable()
django.setup(set_prefix=False)
# Loads all views of the admin. Otherwise the first request would wait for that.
import_module(settings.ROOT_URLCONF)

from config.files import serve_public_media, serve_static_files
from galley.async_pages import PooledASGIHandler
from galley.async_pages.body_limit import BodyLimit
from galley.languages.middleware import language_of_path
from galley.monitoring.exporters import traced
from galley.monitoring.metrics import Metrics, count_draft
from galley.monitoring.request_ids import RequestIds
from galley.page_cache.application import PageCache
from galley.page_cache.protocol import answer_from
from galley.preview.asgi import preview_application
from galley.preview.consumers import open_sockets
from galley.preview.editor import draft_rendered
from galley.reports.missing import MissingAddressCounter
from galley.security_headers.application import SecurityHeaders
from galley.statistics.visits import VisitCounter, name_pages

django_application = PooledASGIHandler(settings.REQUEST_THREADS)
files = serve_public_media(serve_static_files(name_pages(django_application)))
limited = BodyLimit(files, settings.VISITORS_MAX_BYTES, EDITORS_PATHS, language_of_path)
site = preview_application(SecurityHeaders(limited))
visits = VisitCounter(site)
application: Any = MissingAddressCounter(visits)
count_hit: Any = visits.count
if settings.METRICS_TOKEN:
    application = metrics = Metrics(application, open_sockets.total)
    count_hit = metrics.counting_hits(visits.count)
    draft_rendered.connect(count_draft)
if settings.PAGE_CACHE_MAX_BYTES:
    visits.app = cached_site = PageCache(site, settings.PAGE_CACHE_MAX_BYTES)
    answer_from(cached_site.lookup, cached_site.is_computing, count_hit)
if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
    application = traced(application)
application = RequestIds(application)


def freeze_survivors(phase: str, info: dict[str, Any]) -> None:
    """Exempt what is left after each of the first full collections from later ones: a callback of `gc`.

    Templates, forms and the admin are loaded at their first use. With them, a full collection holds the event loop up
    for 95 ms instead of 33 (`loop_stall_ms` of `benchmarks.pages --only spike`).
    """
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()
        if gc.get_stats()[2]["collections"] >= EXEMPTING_COLLECTIONS:
            gc.callbacks.remove(freeze_survivors)


# What was loaded is never garbage. Full collections don't look at it any more, and are short.
gc.freeze()
gc.callbacks.append(freeze_survivors)
gc.enable()
sys.setswitchinterval(SWITCH_INTERVAL)
