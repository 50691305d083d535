"""Database, Redis, worker and index: each question finds the fault that it is for, and says how to mend it."""

import ctypes
import datetime
import struct
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from django.utils import timezone
from environs import Env
from wagtail.models import Revision
from wagtail.search.models import IndexEntry

from galley.health import checks, services
from galley.health.findings import State
from galley.tasks.models import Worker
from galley.tasks.queue import QueueStatus
from tests.factories import SmallSite
from tests.galley.health.asking import ask

pytestmark = pytest.mark.django_db


def test_the_worker() -> None:
    assert next(services.check_worker()).state is State.FAULT
    worker = Worker.objects.create(id="a", host="server", seen_at=timezone.now())
    assert next(services.check_worker()).state is State.WELL
    Worker.objects.filter(pk=worker.pk).update(seen_at=timezone.now() - datetime.timedelta(hours=1))
    found = next(services.check_worker())
    assert found.state is State.FAULT
    assert "systemctl start galley-worker" in found.mend


def test_pages_that_should_have_been_published(small_site: SmallSite) -> None:
    assert ask(services.check_scheduled_pages).state is State.WELL
    revision = small_site.post.save_revision()
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=timezone.now() - datetime.timedelta(hours=1))
    assert ask(services.check_scheduled_pages).text == "1 pages should have been published by now."


def test_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    well = QueueStatus(seen_at=now, waiting=1, waiting_since=now, running=1, failed=0)
    stuck = well._replace(waiting_since=now - services.LONGEST_WAIT - datetime.timedelta(minutes=1))
    for status, state, mend in (
        (well, State.WELL, ""),
        (well._replace(failed=2), State.WARNING, "tries them again"),
        (stuck, State.FAULT, "systemctl restart galley-worker"),
    ):
        monkeypatch.setattr(services, "read_status", lambda status=status: status)
        worker, queue = services.check_worker()
        assert (worker.state, queue.state) == (State.WELL, state)
        assert mend in queue.mend


def test_the_index(small_site: SmallSite) -> None:
    call_command("update_index", verbosity=0)
    assert ask(services.check_index).state is State.WELL
    IndexEntry.objects.filter(object_id=str(small_site.post.pk)).delete()
    found = ask(services.check_index)
    assert found.state is State.WARNING
    assert found.text.startswith("1 published pages")
    assert "galley update_index" in found.mend
    type(small_site.post).objects.update(live=False)
    assert ask(services.check_index).state is State.WELL


def test_redis(settings) -> None:
    assert "one process" in ask(services.check_cache).text
    settings.REDIS_URL = "redis://127.0.0.1:1"
    assert ask(services.check_cache).state is State.WELL
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    found = ask(services.check_cache)
    assert found.state is State.FAULT
    assert "systemctl start redis-server" in found.mend


def test_the_settings(settings) -> None:
    assert "security.W009" not in [found.text.split(":")[0] for found in services.check_settings()]
    settings.WAGTAILADMIN_BASE_URL = "https://galley.example.org"
    assert "security.W009" in [found.text.split(":")[0] for found in services.check_settings()]
    settings.DEBUG = True
    assert ask(services.check_settings).state is State.FAULT


def test_the_database() -> None:
    database, clock = services.check_database()
    assert (database.name, database.state, database.text) == ("database", State.WELL, "sqlite")
    assert clock.name == "clock"


def test_clocks_that_differ() -> None:
    late = services.judge_clock(services.CLOCK_SECONDS + 2)
    assert late.state is State.WARNING
    assert "differ by 7 seconds" in late.text
    assert "timedatectl" in late.mend


@pytest.mark.parametrize(
    ("answer", "max_error", "state", "text"),
    [
        (0, 15_999_999, State.WELL, "A time server corrects it."),
        # Without the flag that an error of less than 16 seconds is known for.
        (5, 500_000, State.WELL, "A time server corrects it."),
        (5, 16_000_000, State.WARNING, "No time server corrects it."),
        (-1, 0, State.WELL, "isn't known"),
    ],
)
def test_the_kernel_says_whether_the_clock_is_corrected(
    answer: int, max_error: int, state: State, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Libc:
        """Writes what `adjtimex` writes at the place of `maxerror`: `int modes`, its padding, two `long` before it."""

        def adjtimex(self, timex: ctypes.Array[ctypes.c_char]) -> int:
            struct.pack_into("iqqq", timex, 0, 0, 1, 2, max_error)
            return answer

    monkeypatch.setattr(services.ctypes, "CDLL", lambda name: Libc())
    found = services.judge_clock(services.CLOCK_SECONDS)
    assert found.state is state
    assert text in found.text
    assert ("timedatectl" in found.mend) is (state is State.WARNING)


def test_postgresql_says_why_it_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    class Connection:
        """What Django has for a PostgreSQL at a port that nobody listens at."""

        vendor = "postgresql"
        Database = psycopg

        def cursor(self) -> None:
            raise OperationalError("couldn't get a connection after 1.80 sec")

        def get_connection_params(self) -> dict[str, Any]:
            return {"host": "127.0.0.1", "port": 1, "user": "galley", "password": "a secret", "connect_timeout": 2}

    monkeypatch.setattr(services, "connection", Connection())
    [found] = services.check_database()
    assert "Connection refused" in found.text
    assert "a secret" not in found.text
    assert "DATABASE_URL in /etc/galley.env" in found.mend
    assert "systemctl status postgresql" in found.mend


def test_postgresql_that_answers(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Env().dj_db_url("NOWHERE", postgresql_url) | {"TIME_ZONE": "UTC"}
    database = ConnectionHandler({"default": config})["default"]
    monkeypatch.setattr(services, "connection", database)
    try:
        answer, clock = services.check_database()
    finally:
        database.close()
    assert answer.state is State.WELL
    assert "connections are used" in answer.text
    assert clock.name == "clock"


def test_the_connections_of_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_connections(["default"]) == []  # SQLite has no pool
    for pool, is_enough in ((16, True), (40, False)):
        monkeypatch.setattr(checks, "find_budget", lambda pool=pool: (pool, 3, 92))
        found = checks.check_connections(["default"])
        assert (found == []) is is_enough
        assert checks.check_connections(None) == []
    assert "120 connections" in found[0].msg
    assert "DATABASE_POOL_SIZE to 30" in str(found[0].hint)
