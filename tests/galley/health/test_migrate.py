"""A migration that waits for a table lets nobody wait behind it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands.migrate import Command
from django.db import OperationalError, connection

from galley.health.management.commands import migrate
from tests.running_site import PROJECT, environment, wait_until

pytestmark = pytest.mark.browser

# Of visitors.
PATIENCE = "-c statement_timeout=30s"
READ = "SELECT COUNT(*) FROM blog_category"
WAITING = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
# Backwards, the migration after this one removes columns of the table.
MIGRATE = [sys.executable, "manage.py", "migrate", "blog", "0010"]


def test_a_migration_that_waits_for_a_table_lets_visitors_pass(
    postgresql_small_site: Callable[[str], str], tmp_path: Path
) -> None:
    database = postgresql_small_site("migrating")
    with psycopg.connect(database) as backup, psycopg.connect(database, autocommit=True, options=PATIENCE) as visitor:
        # Until the end of its transaction, nobody can change the table.
        backup.execute(READ)
        command = subprocess.Popen(
            MIGRATE, cwd=PROJECT, env=environment(tmp_path, DATABASE_URL=database), stderr=subprocess.PIPE, text=True
        )
        wait_until(lambda: visitor.execute(WAITING).fetchone() == (1,))
        # Without a limit it would wait for as long as the backup takes.
        visitor.execute(READ)
        assert command.stderr
        assert any("is in use. Next try in 4 seconds" in line for line in command.stderr)
        backup.commit()
        assert command.wait() == 0
        with pytest.raises(psycopg.errors.UndefinedColumn):
            visitor.execute("SELECT translations FROM blog_category")


@pytest.mark.parametrize(
    ("cause", "tries", "raised"),
    [
        (
            psycopg.errors.LockNotAvailable,
            migrate.TRIES,
            pytest.raises(CommandError, match="The site goes on as before"),
        ),
        (psycopg.errors.AdminShutdown, 1, pytest.raises(OperationalError)),
    ],
)
def test_it_waits_for_a_lock_and_for_nothing_else(monkeypatch, cause: type[Exception], tries: int, raised: Any) -> None:
    begun = []

    def fail(*args: object, **options: object) -> None:
        begun.append(args)
        raise OperationalError from cause()

    monkeypatch.setattr(Command, "handle", fail)
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(migrate, "set_limit", lambda connection, time: None)
    monkeypatch.setattr(connection, "vendor", "postgresql")
    with raised:
        call_command("migrate")
    assert len(begun) == tries


@pytest.mark.parametrize(
    ("sql", "limits"), [("ALTER TABLE a ADD b int", []), ("CREATE INDEX CONCURRENTLY a ON b (c)", ["0", "1s"])]
)
def test_what_nobody_waits_behind_may_wait(monkeypatch, sql: str, limits: list[str]) -> None:
    done: list[str] = []
    monkeypatch.setattr(migrate, "set_limit", lambda connection, time: done.append(time))
    migrate.let_wait(lambda sql, *rest: done.append(sql), sql, (), False, {"connection": connection})
    assert done == [*limits[:1], sql, *limits[1:]]
