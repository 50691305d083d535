"""Invalidation: each change of the content leaves a record in the database, which every process reads."""

from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.dispatch import Signal
from django.utils import timezone

from galley.page_cache.models import Change

# Above so many records, those that are older than this are deleted.
MAX_RECORDS = 200
RECORD_LIFETIME = timedelta(minutes=1)

# The version of the content: the number of records, the sum of their random ids, and how many of them flush the
# cache. Two different sets of records never have the same version, in whatever order they become visible.
Version = tuple[int, int, int]

_VERSION_QUERY = (
    "SELECT COUNT(*), COALESCE(SUM(id), 0), COALESCE(SUM(CASE WHEN empties_all THEN 1 ELSE 0 END), 0), "
    "COALESCE(SUM(CASE WHEN made_at < %s AND NOT empties_all THEN 1 ELSE 0 END), 0) FROM changes_change"
)

# Sent in the thread that has committed a change. Other processes read the version.
content_changed = Signal()

_is_paused = False


def read_version() -> Version | None:
    """Return the version of the content. Blocks. Read it before anything that is cached for it.

    Returns None inside a transaction, which may read rows that nobody else ever sees.
    """
    return None if connections[router.db_for_read(Change)].in_atomic_block else read_version_now()


def read_version_now() -> Version:
    """Return the version of the content, also inside a transaction. Blocks: one query."""
    connection = connections[router.db_for_read(Change)]
    oldest = timezone.now() - RECORD_LIFETIME
    with connection.cursor() as cursor:
        cursor.execute(_VERSION_QUERY, [connection.ops.adapt_datetimefield_value(oldest)])
        number, total, flushes, expired = cursor.fetchone()
    # Records that flush the cache are few. Without the old ones, it would seem that there is a new one.
    if number - flushes > MAX_RECORDS and expired:
        Change.objects.filter(made_at__lt=oldest, empties_all=False).delete()
    return number, int(total), int(flushes)


def change_transaction(connection: BaseDatabaseWrapper, sql: str) -> AbstractContextManager[None]:
    """Return the transaction for a statement and its record, so that nobody ever sees one without the other.

    In autocommit, that is a transaction of its own. SQLite can't commit while rows of a statement with RETURNING
    remain to be fetched; there, the record joins the implicit transaction of that statement, which lasts as long
    (https://sqlite.org/lang_transaction.html, section 2.1).
    """
    if _is_paused or not connection.get_autocommit():
        return nullcontext()
    if connection.vendor == "sqlite" and "RETURNING" in sql.upper():
        return nullcontext()
    return transaction.atomic(using=connection.alias)


# By whether the record flushes the cache: a transaction may have one of each kind.
_ANNOUNCE: dict[bool, Any] = {flush_all: partial(content_changed.send, sender=Change) for flush_all in (False, True)}


def record_change(connection: BaseDatabaseWrapper, *, flush_all: bool) -> None:
    """Record, in the current transaction, that visitors may see other content after it. Once for each transaction.

    The callback that waits for the commit tells whether there is a record already: a savepoint that is rolled back
    takes both away.
    """
    announce = _ANNOUNCE[flush_all]
    if _is_paused or any(callback[1] is announce for callback in connection.run_on_commit):
        return
    Change.objects.using(connection.alias).create(empties_all=flush_all)
    # A connection that commits by hand runs no callbacks: this process then reads the version as the others do.
    if connection.in_atomic_block or connection.get_autocommit():
        transaction.on_commit(announce, using=connection.alias)


def pause(**kwargs: Any) -> None:
    """Record nothing while the tables are being migrated."""
    global _is_paused
    _is_paused = True


def resume(using: str, **kwargs: Any) -> None:
    """Record changes again, and first those that the migrations may have made."""
    global _is_paused
    connection = connections[using]
    if Change._meta.db_table in connection.introspection.table_names():
        _is_paused = False
        record_change(connection, flush_all=True)
