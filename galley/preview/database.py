"""How the preview asks the database: in threads of its own, once for many sockets, and no more than needed.

- `in_preview_thread` runs synchronous work, so that it blocks neither the event loop nor a request.
- `shared_check` is the access-check cache: many sockets make the same check at the same time, such as the thousand
  screens of one draft, and one look-up answers all.
- `QueryValidatedMemo` remembers a result while the rows that it came from are the same. Who may edit a page is half a
  dozen look-ups of Django's and Wagtail's, and most of their time goes into building queries and models. The memo sends
  the recorded queries again and compares the rows, whatever they ask for.
"""

import asyncio
import contextvars
import functools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import connection as default_connection
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
        # What works stays open: opening a connection for each key would take longer than the key's own queries.
        for connection in connections.all(initialized_only=True):
            if connection.errors_occurred:
                connection.close()


# Younger answers are shared. With a check every 1.5 seconds, rights that are lost are noticed within two.
SHARED_SECONDS = 0.3

_answers: dict[tuple[Any, ...], tuple[float, asyncio.Task[Any]]] = {}


async def shared_check(check: Callable[..., T], *args: Any) -> T:
    """Return `check(*args)`, called in a preview thread, or what it returned to another socket just now.

    `args` must be hashable. What the check raises is raised for everybody who asks. Only for checks on a timer: what
    somebody does is checked for itself.
    """
    key = (asyncio.get_running_loop(), check, *args)
    now = time.monotonic()
    asked_at, answer = _answers.get(key, (0.0, None))
    if answer is None or now - asked_at > SHARED_SECONDS:
        for old in [old for old, (then, _answer) in _answers.items() if now - then > SHARED_SECONDS]:
            del _answers[old]
        answer = asyncio.create_task(in_preview_thread(check, *args))
        _answers[key] = (now, answer)
    # A socket that is closed meanwhile must not take the answer away from the others.
    return await asyncio.shield(answer)


Query = tuple[str, Any]


class QueryValidatedMemo(Generic[T]):
    """Remembers one answer. What depends on the time of day alone isn't noticed: ask afresh now and then."""

    def __init__(self) -> None:
        self._asked: tuple[Any, ...] | None = None
        self._queries: tuple[Query, ...] = ()
        self._rows: list[Any] = []
        self._result: T

    def get(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `function(*args, **kwargs)`, which only reads. What it raises is raised, and asked again next time."""
        question = (function, args, kwargs)
        if self._asked == question and _rows_of(self._queries) == self._rows:
            return self._result
        self._asked = None
        with _recorded() as queries:
            function(*args, **kwargs)
        self._queries = tuple(queries)
        self._rows = _rows_of(self._queries)
        # Asked once more, after the rows were read: what changes in between is in the answer, or in the rows next time.
        self._result = function(*args, **kwargs)
        self._asked = question
        return self._result


@contextmanager
def _recorded() -> Iterator[list[Query]]:
    queries: list[Query] = []

    def record(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        queries.append((sql, params))
        return execute(sql, params, many, context)

    # Django's `execute_wrapper` would take off whichever wrapper came last: another may have come meanwhile, with a
    # connection that was just opened.
    default_connection.execute_wrappers.append(record)
    try:
        yield queries
    finally:
        default_connection.execute_wrappers.remove(record)


def _rows_of(queries: tuple[Query, ...]) -> list[Any]:
    rows = []
    with default_connection.cursor() as cursor:
        for sql, params in queries:
            cursor.execute(sql, params)
            rows.append(cursor.fetchall())
    return rows
