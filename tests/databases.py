"""Databases that are migrated once a run and restored by copying, which takes milliseconds.

A test that uses the database finds the small site in it if it asks for the fixture `small_site`, else only what the
migrations write. Tests on real transactions don't flush: the next test that uses the database restores it.
"""

import fcntl
import gc
import hashlib
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from quickstart import prepare
from tests import indexes
from tests.factories import SmallSite, add_small_site, load_small_site
from tests.running_site import DATABASE, PROJECT, build_small_site, empty_log, read_into_memory, renew_version

DAY = 24 * 60 * 60  # seconds
AddToSmallSite = Callable[[SmallSite], object]


# Set before anything imports `config.asgi`, which reads it.
_media = tempfile.TemporaryDirectory(prefix="galley-media-")
settings.MEDIA_ROOT = Path(_media.name)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder that all workers of this run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if hasattr(request.config, "workerinput") else folder


def build_once(folder: Path, build: Callable[[Path], object]) -> Path:
    """Return `folder` with a database; the first worker that asks for it builds it, and the others wait."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            build(unfinished)
            empty_log(unfinished / DATABASE)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def migrated_database(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Path:
    """The file of a database that has been migrated and is otherwise empty; not to be changed.

    Later runs find it again in pytest's cache, as long as no line of the code and no package changes.
    """
    folder = request.config.cache.mkdir("migrated") / hash_code()

    def migrate(unfinished: Path) -> None:
        for old in folder.parent.iterdir():
            if old.is_dir() and old.stat().st_mtime < time.time() - DAY:
                shutil.rmtree(old, ignore_errors=True)
        with django_db_blocker.unblock():
            open_database(unfinished / DATABASE)
            # As the first start does. Only it knows the address of the site.
            with mock.patch.object(prepare, "update_site"), collecting_rarely():
                prepare.update_database(lambda line: None)
            indexes.bring_up_to_date()
            connection.close()

    return build_once(folder, migrate) / DATABASE


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Let the garbage collector look seldom: of migrations, which make models by the thousand, it takes a fifth."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    yield
    gc.set_threshold(*usual)


def hash_code() -> str:
    """Return a hash of all that decides what migrations do: the production code, the packages and Python."""
    folders = ["config", "home", "blog", "portfolio", "forms", "search", "galley", "transfer", "quickstart"]
    files = [PROJECT / "uv.lock", *sorted(path for name in folders for path in (PROJECT / name).rglob("*.py"))]
    return hashlib.sha256(b"".join([sys.version.encode(), *(path.read_bytes() for path in files)])).hexdigest()[:16]


@pytest.fixture(scope="session")
def small_site_folder(run_folder: Path, migrated_database: Path) -> Path:
    """Database and media of the small site for servers, to be copied for each of them."""
    return build_once(run_folder / "small-site", lambda folder: build_small_site(folder, migrated_database))


@pytest.fixture(scope="session")
def postgresql_small_site(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Make a PostgreSQL database of the given name with the small site; return its address."""
    server = postgresql_url.rpartition("/")[0]
    build_small_site(tmp_path_factory.mktemp("postgresql"), DATABASE_URL=postgresql_url)

    def copy(name: str) -> str:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE galley')
        return f"{server}/{name}"

    return copy


def open_database(path: Path) -> None:
    """Let Django's connections of all threads that are opened from now on use the SQLite file at `path`."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = str(path)


class TestDatabase:
    """The database of this process: which content is in it, and copies of what was in it in memory."""

    __test__ = False

    def __init__(self, migrated: Path) -> None:
        self._migrated = read_into_memory(migrated)
        self._with_small_site: sqlite3.Connection | None = None
        self._with_more: tuple[AddToSmallSite, sqlite3.Connection] | None = None
        self._content: sqlite3.Connection | None = None

    def prepare(self, *, has_small_site: bool, add: AddToSmallSite | None = None) -> None:
        """Restore the content that a test expects, unless it is there."""
        content = self._more(add) if add else self._small_site() if has_small_site else self._migrated
        if self._content is not content:
            self._restore(content)

    def note_changes(self) -> None:
        """Restore the database before the next test."""
        self._content = None

    def _restore(self, content: sqlite3.Connection) -> None:
        renew_version(content)
        indexes.forget()
        connection.ensure_connection()
        content.backup(connection.connection)
        self._content = content

    def _small_site(self) -> sqlite3.Connection:
        if self._with_small_site is None:
            self._restore(self._migrated)
            add_small_site(hostname="testserver")
            self._with_small_site = self._copy()
        return self._with_small_site

    def _more(self, add: AddToSmallSite) -> sqlite3.Connection:
        if self._with_more is None or self._with_more[0] is not add:
            self._restore(self._small_site())
            add(load_small_site())
            self._with_more = add, self._copy()
        return self._with_more[1]

    def _copy(self) -> sqlite3.Connection:
        indexes.bring_up_to_date()
        copy = sqlite3.connect(":memory:")
        connection.connection.backup(copy)
        self._content = None
        return copy


@pytest.fixture(scope="session")
def django_db_setup(
    migrated_database: Path, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[TestDatabase]:
    """One database file for this process, restored instead of flushed."""
    with django_db_blocker.unblock():
        open_database(tmp_path_factory.mktemp("database") / DATABASE)
        indexes.watch_all_connections()
        database = TestDatabase(migrated_database)
    with mock.patch.object(TransactionTestCase, "_fixture_teardown", return_value=None):
        yield database
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture
def _restored_database(
    request: pytest.FixtureRequest, django_db_setup: TestDatabase, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    with django_db_blocker.unblock():
        cache.clear()
        django_db_setup.prepare(
            has_small_site="small_site" in request.fixturenames,
            add=request.getfixturevalue("add_to_small_site") if "added_to_small_site" in request.fixturenames else None,
        )
        # A fixture of the module may have filled the database.
        indexes.bring_up_to_date()
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        django_db_setup.note_changes()
    yield
    indexes.forget()


@pytest.fixture(scope="module")
def empty_database(django_db_setup: TestDatabase, django_db_blocker: DjangoDbBlocker) -> None:
    """Only what the migrations write is in the database, for a fixture that fills it for all tests of its module."""
    with django_db_blocker.unblock():
        django_db_setup.prepare(has_small_site=False)


@pytest.fixture
def _django_db_helper(_restored_database: None, _django_db_helper: None) -> None:
    """What pytest-django does for each test that uses the database, after the database is restored."""


@pytest.fixture
def small_site(db: None) -> SmallSite:
    """One page of every type, at `http://testserver/`."""
    return load_small_site()


@pytest.fixture
def add_to_small_site() -> AddToSmallSite:
    """The function that writes what the tests of a file share; the file or its folder replaces this."""
    raise NotImplementedError


@pytest.fixture
def added_to_small_site(db: None, add_to_small_site: AddToSmallSite) -> None:
    """What `add_to_small_site` writes, once for all tests that ask for this one after another."""
