"""`manage.py migrate` lets no visitor wait: on PostgreSQL, it gives up a lock that it doesn't get, and tries again.

A statement that changes a table waits for all who read it, such as a backup, and all who come later wait behind it
(https://www.postgresql.org/docs/current/explicit-locking.html).
"""

from collections.abc import Callable
from time import sleep
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK_TIMEOUT = "1s"
PAUSE_SECONDS = 4
TRIES = 30
# PostgreSQL's `lock_not_available`.
LOCK_NOT_AVAILABLE = "55P03"


class Command(migrate.Command):
    """Django's command, with a limit for locks."""

    help = "Migrates the database. On PostgreSQL nobody waits behind it: it gives up a lock that it doesn't get soon."

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate. A migration that doesn't get a lock is undone before the next try. Raises CommandError after 30."""
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        with connection.execute_wrapper(let_wait):
            for _ in range(TRIES):
                set_limit(connection, LOCK_TIMEOUT)
                try:
                    super().handle(*args, **options)
                    break
                except OperationalError as error:
                    if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                        raise
                self.stderr.write(f"A table that is to be changed is in use. Next try in {PAUSE_SECONDS} seconds.")
                sleep(PAUSE_SECONDS)
            else:
                raise CommandError(
                    "A table that is to be changed was in use for minutes: by a backup, or by a transaction that "
                    "nobody ends (pg_stat_activity). The site goes on as before. The same command continues from here."
                )
            set_limit(connection, "0")


def set_limit(connection: BaseDatabaseWrapper, time: str) -> None:
    """Let statements wait for a lock for `time`, such as "1s"; "0" is without limit."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{time}'")


def let_wait(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Execute a statement. What is done `CONCURRENTLY` may wait: nobody waits behind it."""
    if "CONCURRENTLY" not in str(sql):
        return execute(sql, params, many, context)
    set_limit(context["connection"], "0")
    try:
        return execute(sql, params, many, context)
    finally:
        set_limit(context["connection"], LOCK_TIMEOUT)
