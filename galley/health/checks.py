"""Whether PostgreSQL has as many connections as the processes of the site may open."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection

# For commands, and a backup with its snapshot and pg_dump.
BESIDE = 5


def find_budget() -> tuple[int, int, int] | None:
    """Return the size of a pool, the number of processes, and how many connections PostgreSQL has for them.

    Returns None if the site has no pool. Asks the database.
    """
    pool = settings.DATABASES["default"].get("OPTIONS", {}).get("pool")
    if connection.vendor != "postgresql" or not isinstance(pool, dict) or "max_size" not in pool:
        return None
    query = (
        "SELECT SUM(CASE name WHEN 'max_connections' THEN 1 ELSE -1 END * setting::int) FROM pg_settings "
        "WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return pool["max_size"], getattr(settings, "DATABASE_PROCESSES", 3), int(cursor.fetchone()[0]) - BESIDE


@register(Tags.database)
def check_connections(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Return a warning if all processes together may open more connections than PostgreSQL has for them."""
    if "default" not in (databases or ()) or (budget := find_budget()) is None:
        return []
    pool, processes, most = budget
    if pool * processes <= most:
        return []
    text = (
        f"{processes} processes may open {pool * processes} connections to PostgreSQL, {pool} each, and it has {most} "
        "for them. Under load, some requests would answer 503."
    )
    hint = (
        f"Set DATABASE_POOL_SIZE to {max(1, most // processes)}, or max_connections in postgresql.conf to "
        f"{pool * processes + 10}. DATABASE_PROCESSES says how many processes there are on all hosts."
    )
    return [Warning(text, hint=hint, id="health.W001")]
