"""Several processes without Redis: each would know only its own drafts, and screens would silently stay behind."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error, register

from galley.preview import conf

TAG = "preview"
SERVERS = {"granian", "gunicorn", "hypercorn", "uvicorn"}


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
            hint="Set REDIS_URL, for example to redis://localhost:6379/0, or run one process "
            "(--workers 1, and WEB_CONCURRENCY not set).",
            id="preview.E001",
        )
    ]


def count_processes(argv: Sequence[str]) -> int:
    """Return how many processes the command line of a server asks for, or else the environment."""
    program = Path(argv[0])
    name = program.parent.name if program.stem == "__main__" else program.stem
    is_server = name in SERVERS or argv[1:2] == ["serve"]  # `manage.py serve`
    asked = _workers_option(argv[1:]) if is_server else None
    return _number(asked or os.environ.get("WEB_CONCURRENCY"))


def _workers_option(arguments: Sequence[str]) -> str | None:
    for place, argument in enumerate(arguments):
        if argument in {"-w", "--workers"}:
            return next(iter(arguments[place + 1 :]), None)
        if argument.startswith("--workers="):
            return argument.removeprefix("--workers=")
        if argument.startswith("-w") and argument[2:].isdecimal():
            return argument[2:]
    return None


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 1
