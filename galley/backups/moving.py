"""Copies all rows of an SQLite database to PostgreSQL, and compares them before the transaction is committed."""

import json
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from wagtail.search.models import IndexEntry

from galley.backups.storing import BackupError

SOURCE = "backups_source"
CHUNK = 500
MOST_PROBLEMS = 20
# Other tables: SQLite's index for searches, and the list of migrations, which PostgreSQL has of its own.
OTHER_TABLES = ("wagtailsearch_indexentry", "django_migrations", "sqlite_")


class Table(NamedTuple):
    """The table of a model, with its columns in the order of its fields."""

    name: str
    fields: list[models.Field]
    key: models.Field

    def select(self, database: BaseDatabaseWrapper) -> str:
        """Return the SQL that reads all rows in the order of their primary keys, the same in both databases."""
        order = self._quote(self.key)
        if database.vendor == "postgresql" and (self.key.db_type(database) or "").startswith("varchar"):
            order += ' COLLATE "C"'
        # Without a name of a column, SQLite's module doesn't convert: it would read what is no date as NULL.
        columns = self.columns if database.vendor == "postgresql" else "+" + self.columns.replace(", ", ", +")
        return f'SELECT {columns} FROM "{self.name}" ORDER BY {order}'  # noqa: S608

    @property
    def columns(self) -> str:
        """The names of the columns in SQL."""
        return ", ".join(self._quote(field) for field in self.fields)

    @staticmethod
    def _quote(field: models.Field) -> str:
        return f'"{field.column}"'


def move_rows(path: Path) -> int:
    """Replace all rows of the site's PostgreSQL database by those of the SQLite database at `path`.

    Returns their number. All is one transaction. Raises BackupError if a row doesn't fit or differs afterwards: it
    names table and row, and the site's database has the rows that it had.
    """
    settings = {**connections.databases["default"], "ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    connections.databases[SOURCE] = {**settings, "OPTIONS": {}, "CONN_MAX_AGE": 0}
    source = connections[SOURCE]
    try:
        call_command("migrate", interactive=False, verbosity=0)
        _check_migrations(source)
        tables = find_tables()
        _check_source(source, tables)
        with transaction.atomic():
            _copy(source, tables)
            return sum(_compare(source, table) for table in tables)
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise BackupError(f"The rows can't be moved: {reason}. Nothing was moved.") from error
    finally:
        source.close()
        del connections[SOURCE]
        del connections.databases[SOURCE]


def find_tables() -> list[Table]:
    """Return the tables of all models but those of the search, which each database has of its own kind."""
    found = [model for model in apps.get_models(include_auto_created=True) if _has_table(model)]
    return [Table(one._meta.db_table, list(one._meta.local_concrete_fields), one._meta.pk) for one in found]


def _has_table(model: type[models.Model]) -> bool:
    meta = model._meta
    return bool(meta.managed and not meta.proxy and not meta.swapped and model is not IndexEntry)


def _check_migrations(source: BaseDatabaseWrapper) -> None:
    there, here = (set(MigrationRecorder(one).applied_migrations()) for one in (source, connection))
    # PostgreSQL and SQLite have run the same ones, or their tables differ.
    if different := sorted(there ^ here):
        names = ", ".join(".".join(one) for one in different[:3])
        raise BackupError(
            f"The SQLite database is of another release: {names} was run in one of both only. Start the same release "
            "on it (`manage.py migrate`), and try again. Nothing was moved."
        )


def _check_source(source: BaseDatabaseWrapper, tables: list[Table]) -> None:
    """Raise BackupError with all rows that PostgreSQL would refuse, and those of which a reference leads nowhere."""
    problems: list[str] = []
    with source.cursor() as cursor:
        names = set(source.introspection.table_names(cursor)) - {table.name for table in tables}
        for name in sorted(name for name in names if not name.startswith(OTHER_TABLES)):
            cursor.execute(f'SELECT COUNT(*) FROM "{name}"')  # noqa: S608
            if cursor.fetchone()[0]:
                problems.append(f"{name}: no app has a model for this table. Delete it, or install its app")
        cursor.execute("PRAGMA foreign_key_check")
        for name, row, parent, _number in cursor.fetchall():
            problems.append(f"{name}, row {row}: it refers to a row of {parent} that doesn't exist")
    for table in tables:
        checks = [(index, field, _make_check(field)) for index, field in enumerate(table.fields)]
        for values in _read_source(source, table):
            for index, field, check in checks:
                if values[index] is not None and (problem := check(values[index])):
                    row = values[table.fields.index(table.key)]
                    problems.append(f"{table.name}, row {row}, {field.column}: {problem}")
            if len(problems) >= MOST_PROBLEMS:
                break
    if problems:
        lines = "\n  ".join(problems[:MOST_PROBLEMS])
        raise BackupError(
            f"PostgreSQL wouldn't take these rows. Correct them in the former site, and try again. Nothing was moved."
            f"\n  {lines}"
        )


def _make_check(field: models.Field) -> Callable[[Any], str]:
    """Return what says why PostgreSQL wouldn't take a value in the column of `field`, or nothing."""
    kind = _kind(field)
    most = field.max_length if (field.db_type(connection) or "").startswith("varchar") else None
    low, high = connection.ops.integer_field_range(kind) if "Integer" in kind or "Auto" in kind else (None, None)

    def check(value: Any) -> str:
        if isinstance(value, _Unreadable):
            return f"{value.text!r} is no value of a {kind}"
        if high is not None and not (isinstance(value, int) and (low is None or low <= value) and value <= high):
            return f"{value!r:.40} is no whole number from {low} to {high}"
        if most and len(value) > most:
            return f"it has {len(value)} characters, and {most} are allowed"
        texts = list(_read_texts(json.loads(value) if kind == "JSONField" else value))
        if any("\0" in text for text in texts):
            return "it has a NUL character"
        return "it isn't valid Unicode" if any(map(_is_broken, texts)) else ""

    return check


def _read_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _read_texts(one)
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for one in pair for text in _read_texts(one))


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _kind(field: models.Field) -> str:
    """Return the type of the column: of a reference, that of the key that it refers to."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field.get_internal_type()


class _Unreadable(NamedTuple):
    """What SQLite stores in a column whose type it doesn't check."""

    text: Any


def _read_source(source: BaseDatabaseWrapper, table: Table) -> Iterator[list[Any]]:
    """Yield the rows with values as Python has them. JSON remains text."""
    converters = [source.ops.get_db_converters(field.get_col(table.name)) for field in table.fields]
    kinds = [_kind(field) for field in table.fields]
    with source.cursor() as cursor:
        cursor.execute(table.select(source))
        while rows := cursor.fetchmany(CHUNK):
            for row in rows:
                yield [
                    _convert(value, converters[index], kinds[index], source) if value is not None else None
                    for index, value in enumerate(row)
                ]


def _convert(value: Any, converters: list[Any], kind: str, source: BaseDatabaseWrapper) -> Any:
    try:
        if kind == "JSONField":
            json.loads(value, parse_constant=_refuse_constant)
            return value
        converted = value
        for converter in converters:
            converted = converter(converted, None, source)
        is_bad_boolean = kind == "BooleanField" and not isinstance(converted, bool)
        return _Unreadable(value) if converted is None or is_bad_boolean else converted
    except (ValueError, TypeError, AttributeError):
        return _Unreadable(value)


def _refuse_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads and PostgreSQL doesn't."""
    raise ValueError(name)


def _copy(source: BaseDatabaseWrapper, tables: list[Table]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '30s'")
        names = ", ".join(f'"{name}"' for name in [*(table.name for table in tables), IndexEntry._meta.db_table])
        cursor.execute(f"TRUNCATE {names}")
        # Tables refer to each other in circles: references are checked when all rows are there.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            with cursor.copy(f'COPY "{table.name}" ({table.columns}) FROM STDIN') as copy:
                for values in _read_source(source, table):
                    copy.write_row(values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for sql in connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True)):
            cursor.execute(sql)


def _compare(source: BaseDatabaseWrapper, table: Table) -> int:
    """Compare each value of each row in both databases. Return the number of rows."""
    json_columns = [index for index, field in enumerate(table.fields) if _kind(field) == "JSONField"]
    number = 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(table.select(connection))
        moved = (list(row) for rows in iter(lambda: cursor.fetchmany(CHUNK), []) for row in rows)
        for before, after in zip_longest(_read_source(source, table), moved):
            number += 1
            for index in json_columns if before and after else []:
                # PostgreSQL stores JSON in its own order of keys.
                for row in (before, after):
                    row[index] = None if row[index] is None else json.loads(row[index])
            if before != after:
                raise BackupError(
                    f"{table.name}: a row differs afterwards. Before: {before}. After: {after}. Nothing was moved."
                )
    return number
