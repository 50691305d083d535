"""Where the preview's synchronous work runs: its own few threads, so that it neither blocks the loop nor a request."""

import asyncio
import contextvars
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
T = TypeVar("T")

# Channels gives all consumers of a process one thread together; rendering needs more, yet not without bound.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="preview")


async def in_preview_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return `function(*args, **kwargs)`, called in one of the preview's threads."""
    call = functools.partial(contextvars.copy_context().run, _call, function, *args, **kwargs)  # type: ignore[arg-type]
    return await asyncio.get_running_loop().run_in_executor(_threads, call)


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return function(*args, **kwargs)
    finally:
        _close_failed_connections()


def _close_failed_connections() -> None:
    """Keep what works: opening a connection for each key would take longer than the key's own queries."""
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred:
            connection.close()
