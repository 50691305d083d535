"""On PostgreSQL: a site is moved there from SQLite, backed up, and restored into an empty database."""

import datetime
import json
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from tests.galley.backups.conftest import read_files
from tests.running_site import PROJECT, environment

# Each database has an index and a list of migrations of its own, and records changes when commands are run.
OWN = ("wagtailsearch_", "sqlite_", "django_migrations", "changes_change")


def as_sqlite(value: Any) -> Any:
    """Return a value of PostgreSQL's as Django stores it in SQLite."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return int(value) if isinstance(value, bool) else value


def read_sqlite(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of an SQLite database, by table."""
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        return {
            table: [dict(row) for row in database.execute(f'SELECT * FROM "{table}"')]  # noqa: S608
            for table in tables
            if not table.startswith(OWN)
        }


def read_postgresql(url: str) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of a PostgreSQL database, by table."""
    with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as database:
        tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {
            table["tablename"]: database.execute(f'SELECT * FROM "{table["tablename"]}"').fetchall()  # noqa: S608
            for table in tables
        }


def normalise(rows: list[dict[str, Any]], kinds: dict[str, type]) -> list[str]:
    """Return the rows in an order of their own. Where PostgreSQL has JSON, SQLite has text."""
    return sorted(
        repr(
            {
                name: json.dumps(json.loads(value), sort_keys=True)
                if isinstance(value, str) and kinds.get(name) in (dict, list)
                else as_sqlite(value)
                for name, value in sorted(row.items())
            }
        )
        for row in rows
    )


def assert_moved(path: Path, url: str, but: tuple[str, ...] = ()) -> None:
    """Check that both databases have the same tables and values, `but` in tables whose names begin so."""
    before, after = read_sqlite(path), read_postgresql(url)
    assert set(before) == {name for name in after if not name.startswith(OWN)}
    assert sum(len(rows) for rows in before.values()) > 300
    for table, rows in before.items():
        kinds = {name: type(value) for row in after[table] for name, value in row.items() if value is not None}
        assert table.startswith(but) or normalise(rows, kinds) == normalise(after[table], kinds), table


def remove_single_sign_on(path: Path) -> None:
    """Remove what only a site with a provider has. The tests' own database has it."""
    with closing(sqlite3.connect(path)) as database:
        found = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'socialaccount_%'"
        for (table,) in database.execute(found).fetchall():
            database.execute(f'DROP TABLE "{table}"')
        of_it = "(SELECT id FROM django_content_type WHERE app_label = 'socialaccount')"
        database.execute(f"DELETE FROM auth_permission WHERE content_type_id IN {of_it}")  # noqa: S608
        database.execute("DELETE FROM django_content_type WHERE app_label = 'socialaccount'")
        database.execute("DELETE FROM django_migrations WHERE app = 'socialaccount'")
        database.commit()


def test_a_site_is_moved_backed_up_and_restored(
    tmp_path: Path, small_site_folder: Path, postgresql_small_site: Callable[[str], str]
) -> None:
    url = postgresql_small_site("moved")
    empty = url.rpartition("/")[0] + "/restored"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored TEMPLATE template0")
    former, var_dir = tmp_path / "former", tmp_path / "var"
    shutil.copytree(small_site_folder, former)
    remove_single_sign_on(former / "galley.sqlite3")
    (former / "media/documents").mkdir(exist_ok=True)
    (former / "media/documents/text.txt").write_text("A galley is a tray.")
    var_dir.mkdir()
    command = [sys.executable, "-m", "tests.galley.backups.on_postgresql", former, tmp_path / "backups", "restored"]
    run = subprocess.run(
        command, cwd=PROJECT, env=environment(var_dir, DATABASE_URL=url), capture_output=True, text=True, check=False
    )
    assert not run.returncode, run.stderr
    assert_moved(former / "galley.sqlite3", url)
    assert read_files(former / "media") == read_files(var_dir / "media") == read_files(var_dir / "restored")
    original, restored = read_postgresql(url), read_postgresql(empty)
    assert original.keys() == restored.keys()
    for table, rows in original.items():
        assert sorted(map(repr, rows)) == sorted(map(repr, restored[table])), table
    assert len(original["wagtailsearch_indexentry"]) > 3
