"""Where the cache asks the database and compresses: two threads of its own, so that the loop never waits."""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="edge")


async def in_edge_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return `function(*args, **kwargs)`, called in one of the cache's threads, outside the caller's context."""
    call = functools.partial(_call, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_threads, call)


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return function(*args, **kwargs)
    finally:
        # Connections that work are kept: three times a second there is something to ask.
        for connection in connections.all(initialized_only=True):
            if connection.errors_occurred:
                connection.close()
