"""Query recorder: an execute wrapper on every database connection records reads and invalidates after changes.

It watches SQL statements and not Django's signals, so `QuerySet.update()`, `bulk_create()` and raw SQL count too.
A cached value is stored with its queries, and adds them to the recording wherever it is used (`replay`).
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from galley.page_cache.invalidation import Version, change_transaction, record_change
from galley.page_cache.models import Change
from galley.page_cache.tables import (
    CHILDREN_COLUMN,
    DRAFT_COLUMNS,
    is_visible_change,
    parse,
    private_tables,
    tables_cached_by_wagtail,
)

QueryKey = tuple[str, str, str]

# The query for the version of the content reads none of the content.
VERSION_TABLES = frozenset({Change._meta.db_table})


class RecordedQueries(dict[QueryKey, tuple[Any, frozenset[str]]]):
    """Queries, each once, with their parameters and the tables that they read."""

    expires_at: datetime | None = None
    """When what was made from them is out of date although no row has changed. None for never."""

    def add(self, alias: str, sql: str, params: Any, tables: frozenset[str]) -> None:
        """Add a query on the database `alias` that reads `tables`."""
        # Thousands of pages are made with the same few statements: one copy of each stays in memory.
        self[alias, sys.intern(sql), repr(params)] = params, tables

    def merge(self, others: "RecordedQueries") -> None:
        """Add other queries, and their time of expiry."""
        self.update(others)
        if others.expires_at:
            self.expire_at(others.expires_at)

    def expire_at(self, moment: datetime) -> None:
        """Let `moment` be the time of expiry, unless an earlier one is known."""
        self.expires_at = min(self.expires_at or moment, moment)

    @property
    def seconds_left(self) -> float:
        """The seconds until they expire: less than 0 if they have, infinity if they never do."""
        return (self.expires_at - timezone.now()).total_seconds() if self.expires_at else float("inf")

    @property
    def size(self) -> int:
        """About how many bytes they take."""
        return sum(400 + len(key[2]) for key in self)

    @property
    def tables(self) -> frozenset[str]:
        """All tables that they read."""
        return frozenset().union(*(tables for _params, tables in self.values()))

    @property
    def private_tables(self) -> frozenset[str]:
        """The tables among them that hold no public content."""
        return self.tables & private_tables()


_recording: ContextVar[RecordedQueries | None] = ContextVar("recorded_queries", default=None)


@contextmanager
def record_queries() -> Iterator[RecordedQueries]:
    """Record the queries inside the context, also for an enclosing `record_queries`."""
    outer, queries = _recording.get(), RecordedQueries()
    token = _recording.set(queries)
    try:
        yield queries
    finally:
        _recording.reset(token)
        if outer is not None:
            outer.merge(queries)


def replay(queries: RecordedQueries) -> None:
    """Add the queries of a cached value to the current recording, if there is one."""
    if (outer := _recording.get()) is not None:
        outer.merge(queries)


def expire_at(moment: datetime) -> None:
    """Let what is made here be out of date at `moment`, for content that shows by the clock. No cache serves it later.

    It counts for the cached value and for the response that are being made.
    """
    if (recording := _recording.get()) is not None:
        recording.expire_at(moment)


def seconds_left() -> float:
    """Return the seconds until what is made here is out of date; infinity if nobody has called `expire_at`."""
    recording = _recording.get()
    return float("inf") if recording is None else recording.seconds_left


def watch_connection(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Install the execute wrapper on `connection`."""
    if watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch)


def watch(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Execute a statement; record it if it reads, record a change if it changes content. Django's execute wrapper."""
    recording = _recording.get()
    is_plain = isinstance(sql, str)
    if recording is None and is_plain and sql.startswith("SELECT"):
        return execute(sql, params, many, context)
    statement = parse(sql if is_plain else str(sql))
    connection = context["connection"]
    if is_visible_change(statement):
        with change_transaction(connection, sql if is_plain else str(sql)):
            result = execute(sql, params, many, context)
            record_change(connection, flush_all=statement.table in tables_cached_by_wagtail())
    else:
        result = execute(sql, params, many, context)
    if recording is not None and statement.sources and statement.sources != VERSION_TABLES:
        recording.add(connection.alias, sql, params, statement.sources)
    return result


class RowDigests:
    """Digests of the rows that queries give in one version. Pages share queries, such as that for the menu."""

    MAX_QUERIES = 5_000

    def __init__(self, version: Version) -> None:
        self.version = version
        self._digests: dict[QueryKey, bytes] = {}

    def digest(self, queries: RecordedQueries) -> bytes:
        """Return the digests of all rows that `queries` give now, 16 bytes for each query. Blocks."""
        return b"".join(self._digest(key, params) for key, (params, _tables) in queries.items())

    def _digest(self, key: QueryKey, params: Any) -> bytes:
        digest = self._digests.get(key)
        if digest is None:
            digest = _digest_rows(key[0], key[1], params)
            if len(self._digests) < self.MAX_QUERIES:
                self._digests[key] = digest
        return digest


def find_changed_tables(queries: RecordedQueries, before: bytes, after: bytes) -> set[str]:
    """Return the tables of the queries whose rows have changed between two results of `RowDigests.digest`."""
    changed: set[str] = set()
    for place, (_params, tables) in enumerate(queries.values()):
        if before[16 * place : 16 * (place + 1)] != after[16 * place : 16 * (place + 1)]:
            changed |= tables
    return changed


def _digest_rows(alias: str, sql: str, params: Any) -> bytes:
    """Return a digest of the rows of a query, without the columns that no visitor sees."""
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, params)
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    if not DRAFT_COLUMNS.isdisjoint(names) or CHILDREN_COLUMN in names:
        seen = [(place, name == CHILDREN_COLUMN) for place, name in enumerate(names) if name not in DRAFT_COLUMNS]
        rows = [[bool(row[place]) if is_number else row[place] for place, is_number in seen] for row in rows]
    return blake2b(repr(rows).encode("utf-8", "backslashreplace"), digest_size=16).digest()
