"""Leaves a mark of each change in the database, in the transaction of the change itself."""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from changes.models import Change

_is_paused = False


def mark_change(connection: BaseDatabaseWrapper) -> None:
    """Mark that visitors may see something else after this transaction. One mark is enough for each.

    Whether there is one already is told by the callback that waits for the commit: when a savepoint is rolled back,
    both are gone.
    """
    if _is_paused or any(callback[1] is _marked for callback in connection.run_on_commit):
        return
    Change.objects.using(connection.alias).create()
    transaction.on_commit(_marked, using=connection.alias)


def _marked() -> None:
    """Nothing is left to do: the mark has become visible together with the change."""


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
        mark_change(connection)
