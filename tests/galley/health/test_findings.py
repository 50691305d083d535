"""Each question finds the fault that it is for, and says how to mend it."""

import datetime
import io
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from django.utils import timezone
from environs import Env
from wagtail.models import Revision

from galley.health import checks, findings
from galley.health.findings import Finding, State
from galley.tasks.models import Worker
from tests.factories import SmallSite

pytestmark = pytest.mark.django_db


def only(question) -> Finding:
    return list(question())[-1]


def test_the_worker() -> None:
    assert next(findings.check_worker()).state is State.FAULT
    worker = Worker.objects.create(id="a", host="server", seen_at=timezone.now())
    assert next(findings.check_worker()).state is State.WELL
    Worker.objects.filter(pk=worker.pk).update(seen_at=timezone.now() - datetime.timedelta(hours=1))
    found = next(findings.check_worker())
    assert found.state is State.FAULT
    assert "systemctl start galley-worker" in found.mend


def test_pages_that_should_have_been_published(small_site: SmallSite) -> None:
    assert only(findings.check_scheduled_pages).state is State.WELL
    revision = small_site.post.save_revision()
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=timezone.now() - datetime.timedelta(hours=1))
    assert only(findings.check_scheduled_pages).text == "1 pages should have been published by now."


def test_mail(settings) -> None:
    assert only(findings.check_mail).state is State.WARNING
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert "127.0.0.1:1 can't be reached" in only(findings.check_mail).text


def test_the_certificate(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "None is needed" in only(findings.check_certificate).text
    settings.WAGTAILADMIN_BASE_URL = "https://127.0.0.1:1"
    assert only(findings.check_certificate).state is State.WARNING

    class Connection:
        def __init__(self, *args: object, **options: object) -> None:
            pass

        def __enter__(self) -> "Connection":
            return self

        def __exit__(self, *args: object) -> None:
            pass

        wrap_socket = __init__
        getpeercert = staticmethod(lambda: {"notAfter": "Jan  5 09:34:43 2018 GMT"})

    monkeypatch.setattr(findings.socket, "create_connection", Connection)
    monkeypatch.setattr(Connection, "wrap_socket", lambda self, *args, **options: self)
    monkeypatch.setattr(ssl, "create_default_context", Connection)
    found = only(findings.check_certificate)
    assert found.state is State.WARNING
    assert "certbot renew" in found.mend


def test_backups(settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = tmp_path
    assert only(findings.check_backups).state is State.WARNING
    for days, state in ((3, State.FAULT), (1, State.WELL)):
        folder = tmp_path / f"{timezone.now() - datetime.timedelta(days=days):%Y%m%d-%H%M%S}"
        folder.mkdir()
        before = only(findings.check_backups)
        (folder / "manifest.json").touch()
        assert only(findings.check_backups).state is state
        # One that isn't complete doesn't count.
        assert before.state is not state
    assert "galley backup" in before.mend


def test_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(findings.check_disk).state is State.WELL
    monkeypatch.setattr(findings, "find_free_bytes", lambda: 1)
    assert only(findings.check_disk).state is State.FAULT
    monkeypatch.setattr(findings, "find_free_bytes", lambda: findings.LEAST_FREE_BYTES)
    monkeypatch.setattr(findings, "LEAST_TEMPORARY_BYTES", 1024**6)
    disk, temporary = findings.check_disk()
    assert (disk.state, temporary.state) == (State.WELL, State.FAULT)


def test_redis(settings) -> None:
    assert "one process" in only(findings.check_cache).text
    settings.REDIS_URL = "redis://127.0.0.1:1"
    assert only(findings.check_cache).state is State.WELL
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    found = only(findings.check_cache)
    assert found.state is State.FAULT
    assert "systemctl start redis-server" in found.mend


def test_the_settings(settings) -> None:
    assert "security.W009" not in [found.text.split(":")[0] for found in findings.check_settings()]
    settings.WAGTAILADMIN_BASE_URL = "https://galley.example.org"
    assert "security.W009" in [found.text.split(":")[0] for found in findings.check_settings()]
    settings.DEBUG = True
    assert only(findings.check_settings).state is State.FAULT


def test_the_database_and_the_clock() -> None:
    database, clock = findings.check_database()
    assert (database.name, database.state, database.text) == ("database", State.WELL, "sqlite")
    assert (clock.name, clock.state) == ("clock", State.WELL)
    assert findings.judge_clock(findings.CLOCK_SECONDS).state is State.WELL
    late = findings.judge_clock(findings.CLOCK_SECONDS + 2)
    assert late.state is State.WARNING
    assert "differ by 7 seconds" in late.text
    assert "timedatectl" in late.mend


def test_a_database_that_is_away_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fail(self: object) -> None:
        asked.append(self)
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", fail)
    found = findings.find_all()
    assert len(asked) == 1
    assert (found[0].name, found[0].state) == ("database", State.FAULT)
    assert "unable to open database file" in found[0].text
    assert str(connection.settings_dict["NAME"]) in found[0].mend
    assert not {"worker", "queue", "scheduled pages"} & {finding.name for finding in found}
    assert not [finding for finding in found if "couldn't be asked" in finding.text]


def test_postgresql_says_why_it_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    class Connection:
        """What Django has for a PostgreSQL at a port that nobody listens at."""

        vendor = "postgresql"
        Database = psycopg

        def cursor(self) -> None:
            raise OperationalError("couldn't get a connection after 1.80 sec")

        def get_connection_params(self) -> dict[str, Any]:
            return {"host": "127.0.0.1", "port": 1, "user": "galley", "password": "a secret", "connect_timeout": 2}

    monkeypatch.setattr(findings, "connection", Connection())
    [found] = findings.check_database()
    assert "Connection refused" in found.text
    assert "a secret" not in found.text
    assert "DATABASE_URL in /etc/galley.env" in found.mend
    assert "systemctl status postgresql" in found.mend


def test_postgresql_that_answers(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Env().dj_db_url("NOWHERE", postgresql_url) | {"TIME_ZONE": "UTC"}
    database = ConnectionHandler({"default": config})["default"]
    monkeypatch.setattr(findings, "connection", database)
    try:
        answer, clock = findings.check_database()
    finally:
        database.close()
    assert answer.state is State.WELL
    assert "connections are used" in answer.text
    assert (clock.name, clock.state) == ("clock", State.WELL)


def test_the_doctor_says_all_and_fails_with_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_what_breaks() -> Iterator[Finding]:
        raise OSError("it is gone")

    def check_what_is_well() -> Iterator[Finding]:
        yield Finding("clock", State.WELL, "It is right.")

    monkeypatch.setattr(findings, "check_database", lambda: iter(()))
    monkeypatch.setattr(findings, "QUESTIONS", [check_what_breaks, check_what_is_well])
    printed = io.StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("doctor", stdout=printed, no_color=True)
    assert failed.value.returncode == 1
    assert "what breaks: This couldn't be asked: it is gone" in printed.getvalue()
    assert "well    clock: It is right." in printed.getvalue()
    monkeypatch.setattr(findings, "QUESTIONS", [check_what_is_well])
    call_command("doctor", stdout=printed)


def test_the_connections_of_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_connections(["default"]) == []  # SQLite has no pool
    for pool, is_enough in ((16, True), (40, False)):
        monkeypatch.setattr(checks, "find_budget", lambda pool=pool: (pool, 3, 92))
        found = checks.check_connections(["default"])
        assert (found == []) is is_enough
        assert checks.check_connections(None) == []
    assert "120 connections" in found[0].msg
    assert "DATABASE_POOL_SIZE to 30" in str(found[0].hint)
