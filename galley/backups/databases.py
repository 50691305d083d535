"""A database as it was at one moment: dumped while the site writes to it, and loaded again."""

import os
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.backends.postgresql.client import DatabaseClient

from galley.backups.storing import BackupError, store

# How long a restore waits for what the site is doing.
LOCK_TIMEOUT = "30s"
DROP_TABLES = """
SET lock_timeout = '{timeout}'; SET client_min_messages = warning;
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema()
  LOOP EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', name); END LOOP;
END $$;
"""
COUNT_ROWS = """
SET search_path TO {schema};
DO $$ BEGIN
{checks}
END $$;
"""
CHECK = "IF (SELECT COUNT(*) FROM {table}) <> {rows} THEN RAISE EXCEPTION '{name} has not % rows', {rows}; END IF;"


class Snapshot(ABC):
    """The rows of one moment."""

    vendor: str
    # What the dump is called in the backup.
    name: str

    @abstractmethod
    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows that `sql` finds in the snapshot."""

    @abstractmethod
    def read_tables(self) -> list[str]:
        """Return the names of all tables."""

    @abstractmethod
    def dump(self, path: Path, key: Any | None) -> tuple[str, int]:
        """Write the snapshot to `path` as `store` does. Raises BackupError if that fails."""

    def count_rows(self) -> dict[str, int]:
        """Return how many rows each table has."""
        return {table: self.query(f'SELECT COUNT(*) FROM "{table}"')[0][0] for table in self.read_tables()}  # noqa: S608

    def read_migrations(self) -> list[list[str]]:
        """Return the app and the name of each migration that was applied."""
        if "django_migrations" not in self.read_tables():
            return []
        return [list(row) for row in self.query("SELECT app, name FROM django_migrations ORDER BY app, name")]

    def read_file_names(self) -> set[str]:
        """Return the names of all files that rows name. A column that the next migration adds has none yet."""
        tables = set(self.read_tables())
        names: set[str] = set()
        for model in apps.get_models():
            for field in model._meta.local_concrete_fields:
                table, column = model._meta.db_table, field.column or ""
                if isinstance(field, models.FileField) and table in tables and self._has_column(table, column):
                    rows = self.query(f'SELECT DISTINCT "{column}" FROM "{table}"')  # noqa: S608
                    names.update(name for (name,) in rows if name)
        return names

    @abstractmethod
    def _has_column(self, table: str, column: str) -> bool: ...


class SQLiteSnapshot(Snapshot):
    """A copy of an SQLite database in a file."""

    vendor = "sqlite"
    name = "database.sqlite3"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the copy."""
        return self.connection.execute(sql).fetchall()

    def read_tables(self) -> list[str]:
        """Return all but those of SQLite itself."""
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        return [name for (name,) in self.query(sql)]

    def dump(self, path: Path, key: Any | None) -> tuple[str, int]:
        """Write the copy."""
        with self.path.open("rb") as source:
            return store(source, path, key)

    def _has_column(self, table: str, column: str) -> bool:
        return column in [row[1] for row in self.query(f'PRAGMA table_info("{table}")')]


class PostgreSQLSnapshot(Snapshot):
    """A transaction of the site's own connection, whose snapshot pg_dump takes over."""

    vendor = "postgresql"
    name = "database.dump"

    def __init__(self, snapshot_id: str) -> None:
        self.snapshot_id = snapshot_id

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask in the transaction."""
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def read_tables(self) -> list[str]:
        """Return those of the schema."""
        return sorted(connection.introspection.table_names())

    def dump(self, path: Path, key: Any | None) -> tuple[str, int]:
        """Write what pg_dump prints."""
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={self.snapshot_id}"]
        with _run("pg_dump", options) as process:
            return store(process.stdout, path, key)  # type: ignore[arg-type]

    def _has_column(self, table: str, column: str) -> bool:
        with connection.cursor() as cursor:
            return column in [one.name for one in connection.introspection.get_table_description(cursor, table)]


@contextmanager
def take_snapshot(folder: Path) -> Iterator[Snapshot]:
    """Take a snapshot of the site's database. SQLite's is copied into `folder`, and deleted at the end."""
    if connection.vendor == "sqlite":
        with copy_sqlite(Path(connection.settings_dict["NAME"]), folder) as snapshot:
            yield snapshot
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield PostgreSQLSnapshot(cursor.fetchone()[0])


@contextmanager
def copy_sqlite(path: Path, folder: Path) -> Iterator[SQLiteSnapshot]:
    """Copy the SQLite database at `path` into `folder` while others write to it. Raises BackupError if it is none."""
    copy = folder / "snapshot.sqlite3"
    try:
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            # One file, without a log beside it.
            target.execute("PRAGMA journal_mode = DELETE")
        snapshot = SQLiteSnapshot(copy)
        with closing(snapshot.connection):
            yield snapshot
    except sqlite3.Error as error:
        raise BackupError(f"{path} can't be copied: {error}. No backup was made.") from error
    finally:
        copy.unlink(missing_ok=True)


def load_sqlite(copy: Path, rows: dict[str, int]) -> None:
    """Put the database in the file `copy` into the place of the site's, at once, also while the site runs."""
    snapshot = SQLiteSnapshot(copy)
    with closing(snapshot.connection) as source:
        if snapshot.count_rows() != rows:
            raise BackupError(
                "The database in the backup hasn't the rows that the manifest names. Nothing was changed."
            )
        connection.close()
        with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=30)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = WAL")


def load_postgresql(dump: Path, rows: dict[str, int]) -> None:
    """Replace all tables of the site's database by those in `dump`, in one transaction that also counts the rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
    connection.close()
    before, after = dump.with_suffix(".before"), dump.with_suffix(".after")
    before.write_text(DROP_TABLES.format(timeout=LOCK_TIMEOUT))
    checks = [
        CHECK.format(table=connection.ops.quote_name(name), name=name.replace("'", "''"), rows=number)
        for name, number in rows.items()
    ]
    after.write_text(COUNT_ROWS.format(schema=schema, checks="\n".join(checks)))
    sql = dump.with_suffix(".sql")
    options = ["--file=-", "--no-owner", "--no-privileges", "--no-comments", str(dump)]
    with sql.open("wb") as target, _run("pg_restore", options, stdout=target):
        pass
    options = ["--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    files = [f"--file={path}" for path in (before, sql, after)]
    with _run("psql", [*options, *files]):
        pass


@contextmanager
def _run(program: str, options: Sequence[str], stdout: Any = subprocess.PIPE) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of PostgreSQL's on the site's database. Raises BackupError with what it says if it fails."""
    (_psql, *address), environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    # pg_restore writes SQL, and needs no database.
    command = [program, *options, *([] if program == "pg_restore" else address)]
    with TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=errors,
                env={**os.environ, **(environment or {})},
            )
        except FileNotFoundError:
            message = f"{program} is absent: apt-get install postgresql-client. Nothing was changed."
            raise BackupError(message) from None
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            if process.stdout:
                process.stdout.close()
            process.wait()
        errors.seek(0)
        lines = errors.read().decode(errors="replace").strip().splitlines()
        if process.returncode:
            raise BackupError(f"{program} failed: {' '.join(lines[:3]) or process.returncode}. Nothing was changed.")
