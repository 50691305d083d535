"""A site on an SQLite file of its own, which a test may replace, and an empty machine beside it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.databases import open_database
from tests.factories import EditorFactory, SiteImageFactory, SmallSite

Rows = dict[str, list[tuple[Any, ...]]]


def read_rows(path: Path) -> Rows:
    """Return all rows of all tables of an SQLite file."""
    with closing(sqlite3.connect(path)) as database:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        tables = [name for (name,) in database.execute(names).fetchall()]
        return {name: sorted(database.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in tables}  # noqa: S608


def read_files(media: Path) -> dict[str, bytes]:
    """Return the content of all files in the folder by their names."""
    files = {str(path.relative_to(media)): path for path in media.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith("unfinished/")}


def spoil(path: Path) -> None:
    """Change one bit, as a failing disk does."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.fixture
def media(tmp_path: Path, settings, transactional_db: None, small_site: SmallSite) -> Path:
    """The files of the small site, one of which is a picture that a row names."""
    settings.MEDIA_ROOT = tmp_path / "media"
    SiteImageFactory(title="Stick")
    EditorFactory(username="ada")
    (tmp_path / "media/unfinished").mkdir(parents=True, exist_ok=True)
    (tmp_path / "media/unfinished/half").write_text("half")
    (tmp_path / "media/documents").mkdir()
    (tmp_path / "media/documents/größe.txt").write_text("A galley is a tray.")
    return tmp_path / "media"


@pytest.fixture
def empty_machine(tmp_path: Path, settings, media: Path) -> Iterator[Callable[[], tuple[Path, Path]]]:
    """Go to a machine without tables and files; return the paths of its database and files."""
    site = settings.DATABASES["default"]["NAME"]

    def go() -> tuple[Path, Path]:
        (tmp_path / "empty").mkdir()
        database = tmp_path / "empty/galley.sqlite3"
        open_database(database)
        settings.MEDIA_ROOT = tmp_path / "empty/media"
        return database, settings.MEDIA_ROOT

    yield go
    open_database(site)
