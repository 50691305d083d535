"""Leaves a mark of each change in the database, in the transaction of the change itself."""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.dispatch import Signal

from galley.page_cache.models import Change

# Sent when a change has been committed in this process, in whichever thread. Other processes read the version.
content_changed = Signal()

_is_paused = False


def mark_change(connection: BaseDatabaseWrapper, *, empties_all: bool) -> None:
    """Mark that visitors may see something else after this transaction. One mark is enough for each.

    Whether there is one already is told by the callback that waits for the commit: when a savepoint is rolled back,
    both are gone.
    """
    announce = _announce_all if empties_all else _announce
    if _is_paused or any(callback[1] is announce for callback in connection.run_on_commit):
        return
    Change.objects.using(connection.alias).create(empties_all=empties_all)
    # Whoever commits by hand gets no callback: then this process hears of it as the others do.
    if connection.in_atomic_block or connection.get_autocommit():
        transaction.on_commit(announce, using=connection.alias)


def _announce() -> None:
    """Let this process know at once; the others will ask."""
    content_changed.send(sender=Change)


def _announce_all() -> None:
    """The same for a mark that empties all: one of each kind may stand in a transaction."""
    content_changed.send(sender=Change)


def pause(**kwargs: Any) -> None:
    """Mark nothing while the tables themselves are being made."""
    global _is_paused
    _is_paused = True


def resume(using: str, **kwargs: Any) -> None:
    """Go on, and mark what the migrations may have changed."""
    global _is_paused
    connection = connections[using]
    if Change._meta.db_table in connection.introspection.table_names():
        _is_paused = False
        mark_change(connection, empties_all=True)
