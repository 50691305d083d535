"""System checks: what would keep the preview from working in a site.

`preview_application` runs them when a server starts, and errors stop it.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning, register
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.urls import NoReverseMatch, reverse

from galley.preview import conf

TAG = "preview"
SERVERS = {"granian", "gunicorn", "hypercorn", "uvicorn"}
CONTEXT_PROCESSOR = "galley.preview.context_processors.previews_without_csrf_token"


@register(TAG)
def check_backplane(**kwargs: Any) -> list[CheckMessage]:
    """Refuse several processes without Redis: each would know only its own drafts."""
    processes = count_processes(sys.argv)
    if processes < 2 or conf.redis_url():
        return []
    return [
        Error(
            f"The site is to run in {processes} processes, but without Redis the live preview needs a single one: "
            "a screen connected to one process would never hear of what is typed in another.",
            hint="Set PREVIEW_REDIS_URL (here by REDIS_URL), for example to redis://localhost:6379/0, or run one "
            "process (--workers 1, and WEB_CONCURRENCY not set).",
            id="preview.E001",
        )
    ]


@register(TAG)
def check_urls(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a site that doesn't include the preview's URLs: its edit pages would fail."""
    try:
        reverse("preview:newest")
    except NoReverseMatch:
        return [
            Error(
                "The live preview's URLs aren't included in the site's.",
                hint='Add path("preview/", include("galley.preview.urls")) to the URLconf, before Wagtail\'s own.',
                id="preview.E002",
            )
        ]
    return []


@register(TAG)
def check_context_processor(**kwargs: Any) -> list[CheckMessage]:
    """Warn if previews contain CSRF tokens: each rendering has another, which is sent to every screen."""
    django_engines = [backend for backend in engines.all() if isinstance(backend, DjangoTemplates)]
    if all(CONTEXT_PROCESSOR in backend.engine.context_processors for backend in django_engines):
        return []
    return [
        Warning(
            "Forms on a page send a new CSRF token to its screens with each rendering.",
            hint=f"Add {CONTEXT_PROCESSOR!r} to the context processors in TEMPLATES.",
            id="preview.W001",
        )
    ]


@register(TAG)
def check_server(**kwargs: Any) -> list[CheckMessage]:
    """Warn if the site is started by Django's own server, which speaks WSGI and opens no sockets."""
    if sys.argv[1:2] != ["runserver"] or apps.is_installed("daphne"):
        return []
    return [
        Warning(
            "`runserver` opens no WebSockets: the live preview won't connect.",
            hint="Start an ASGI server on an application made by `galley.preview.asgi.preview_application`, or on "
            "galley.preview.asgi:application.",
            id="preview.W002",
        )
    ]


def count_processes(argv: Sequence[str]) -> int:
    """Return how many processes the command line of a server asks for, or else the environment."""
    program = Path(argv[0])
    name = program.parent.name if program.stem == "__main__" else program.stem
    is_server = name in SERVERS or argv[1:2] == ["serve"]  # `manage.py serve`
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-w", "--workers", nargs="?")
    options, _others = parser.parse_known_args(argv[1:] if is_server else [])
    asked = options.workers or os.environ.get("WEB_CONCURRENCY", "")
    return int(asked) if asked.isdecimal() else 1
