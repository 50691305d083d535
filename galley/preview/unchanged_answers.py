"""The answer to a question about the database, for as long as the rows that it came from are the same.

Who may edit a page is worked out by half a dozen of Django's and Wagtail's lookups. Asking the database is the small
part of that: most of the time goes into building queries and models. So the queries of one answer are kept, and sent as
they are the next time. Nothing is assumed about what they ask for.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")

Query = tuple[str, Any]


class UnchangedAnswer(Generic[T]):
    """Remembers one answer. What depends on the time of day alone isn't noticed: ask afresh now and then."""

    def __init__(self) -> None:
        self._question: tuple[Any, ...] | None = None
        self._queries: tuple[Query, ...] = ()
        self._rows: list[Any] = []
        self._answer: T

    def to(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `function(*args, **kwargs)`, which only reads. What it raises is raised, and asked again next time."""
        question = (function, args, kwargs)
        if self._question == question and _rows_of(self._queries) == self._rows:
            return self._answer
        self._question = None
        with _recorded() as queries:
            function(*args, **kwargs)
        self._queries = tuple(queries)
        self._rows = _rows_of(self._queries)
        # Asked once more, after the rows were read: what changes in between is in the answer, or in the rows next time.
        self._answer = function(*args, **kwargs)
        self._question = question
        return self._answer


@contextmanager
def _recorded() -> Iterator[list[Query]]:
    queries: list[Query] = []

    def record(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        queries.append((sql, params))
        return execute(sql, params, many, context)

    # Django's `execute_wrapper` would take off whichever wrapper came last: another may have come meanwhile, with a
    # connection that was just opened.
    connection.execute_wrappers.append(record)
    try:
        yield queries
    finally:
        connection.execute_wrappers.remove(record)


def _rows_of(queries: tuple[Query, ...]) -> list[Any]:
    rows = []
    with connection.cursor() as cursor:
        for sql, params in queries:
            cursor.execute(sql, params)
            rows.append(cursor.fetchall())
    return rows
