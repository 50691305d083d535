"""Disk and database fail for real; `up` says it in sentences."""

import errno
import sqlite3
from pathlib import Path

import pytest
from django.core.management.base import CommandError
from django.db import DatabaseError, OperationalError

from quickstart.console import explaining_errors


def sqlite_error(path: Path, *, mode: str = "rw", pages: int | None = None, locked: bool = False) -> OperationalError:
    """Let SQLite itself say what it says then."""
    with sqlite3.connect(path) as owner:
        owner.execute("CREATE TABLE letter (glyph TEXT)")
    owner.isolation_level = None
    if locked:
        owner.execute("BEGIN IMMEDIATE")
    connection = sqlite3.connect(f"file:{path}?mode={mode}", uri=True, timeout=0)
    if pages:
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError) as failure:
        connection.execute("INSERT INTO letter VALUES (?)", ["a" * 100_000])
    return OperationalError(str(failure.value))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"mode": "ro"}, "can't be written. Give your account write access"),
        ({"pages": 3}, "no space left on the disk"),
        ({"locked": True}, "Another program has locked the database"),
    ],
)
def test_what_sqlite_says_becomes_a_sentence(tmp_path: Path, options: dict, sentence: str) -> None:
    error = sqlite_error(tmp_path / "letters.sqlite3", **options)
    with pytest.raises(CommandError, match=f"{sentence}.*unchanged"), explaining_errors():
        raise error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no space left on the disk"),
        (PermissionError(errno.EACCES, "Permission denied", "/var/media"), "/var/media can't be used"),
        (DatabaseError("file is not a database"), "file is not a database"),
        (KeyboardInterrupt(), "Stopped before the site was ready"),
    ],
)
def test_other_failures_become_sentences(error: BaseException, sentence: str) -> None:
    with pytest.raises(CommandError, match=f"{sentence}.*unchanged"), explaining_errors():
        raise error
