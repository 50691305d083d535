"""Watches the statements of every database connection: what is read, and what changes something.

Statements, not signals: `QuerySet.update()`, `bulk_create()` and SQL of one's own are changes as well.
"""

from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from galley.page_cache.marking import mark_change
from galley.page_cache.models import Change
from galley.page_cache.reads import reads_in_progress
from galley.page_cache.statements import Statement, parse
from galley.page_cache.tables import DRAFT_COLUMNS, derived_tables, private_tables, tables_known_by_heart

# Whoever reads which version of the content this is has read nothing of it.
MARKS = frozenset({Change._meta.db_table})


def watch_connection(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Watch `connection` from now on."""
    if watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch)


def watch(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Run a statement, and note what it reads or changes: Django's execution wrapper."""
    reads = reads_in_progress.get()
    is_plain = isinstance(sql, str)
    if reads is None and is_plain and sql.startswith("SELECT"):
        return execute(sql, params, many, context)
    result = execute(sql, params, many, context)
    statement = parse(sql if is_plain else str(sql))
    connection = context["connection"]
    if reads is not None and statement.sources and statement.sources != MARKS:
        reads.add(connection.alias, sql, params, statement.sources)
    if is_visible_change(statement):
        mark_change(connection, empties_all=statement.table in tables_known_by_heart())
    return result


def is_visible_change(statement: Statement) -> bool:
    """Return whether visitors may see what `statement` has done. A table that nobody knows counts as visible."""
    if not statement.verb or statement.table in private_tables():
        return False
    if statement.verb == "INSERT" and statement.table in derived_tables():
        return False
    return not (statement.columns and statement.columns <= DRAFT_COLUMNS)
