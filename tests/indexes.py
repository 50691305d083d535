"""Index what a test has saved only when something asks an index: Wagtail's search or its list of references.

Tasks run at once in the tests. Those of the two indexes would take half of the time of each save, and few tests
look at what they write.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django_tasks.backends.immediate import ImmediateBackend

INDEXING = {"modelsearch.tasks.insert_or_update_object_task", "wagtail.tasks.update_reference_index_task"}
# Parts of the names of the tables.
INDEXES = ("indexentry", "referenceindex")

# What is to be run, in order, each once: with the same arguments, a task reads what was saved last.
_waiting: dict[tuple, Callable[[], object]] = {}


class LateIndexing(ImmediateBackend):
    """Runs tasks at once, but those of the indexes when something asks the index."""

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        if task.module_path not in INDEXING:
            return super().enqueue(task, args, kwargs)
        run = super().enqueue
        key = (task.module_path, *args)
        _waiting.setdefault(key, lambda: run(task, args, kwargs))
        return None


def bring_up_to_date() -> None:
    """Index what waits for it, in the order in which it was saved."""
    while _waiting:
        # The tasks ask the indexes too.
        tasks = list(_waiting.values())
        _waiting.clear()
        for run in tasks:
            run()


def forget() -> None:
    """Index nothing of what waits: it is no longer in the database."""
    _waiting.clear()


def _before_query(execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
    if _waiting and any(name in sql for name in INDEXES):
        with _uncounted(context["connection"]):
            bring_up_to_date()
    return execute(sql, params, many, context)


@contextmanager
def _uncounted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A test that counts queries counts none of those that would have been made before."""
    counts, connection.force_debug_cursor = connection.force_debug_cursor, False
    try:
        yield
    finally:
        connection.force_debug_cursor = counts


def _watch(connection: BaseDatabaseWrapper, **_more: object) -> None:
    if _before_query not in connection.execute_wrappers:
        connection.execute_wrappers.append(_before_query)


def watch_all_connections() -> None:
    """Notice the queries of all threads, from now on."""
    connection_created.connect(_watch)
    for connection in connections.all(initialized_only=True):
        _watch(connection)
