"""Each question finds the fault that it is for, and says how to mend it."""

import datetime
import io
import smtplib
import ssl
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import psycopg
import pytest
from asgiref.sync import async_to_sync
from django.core.checks import Warning as CheckWarning
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from django.utils import timezone
from environs import Env
from wagtail.models import Revision
from wagtail.search.models import IndexEntry

from galley.health import checks, findings
from galley.health.findings import Finding, State
from galley.tasks.models import Worker
from galley.tasks.queue import QueueStatus
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


SMTP = "django.core.mail.backends.smtp.EmailBackend"


def test_mail(settings) -> None:
    assert only(findings.check_mail).state is State.WARNING
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    found = only(findings.check_mail)
    assert found.state is State.FAULT
    assert found.text.startswith("127.0.0.1:1: The mail server refused the connection")
    assert "EMAIL_URL in /etc/galley.env" in found.mend


@pytest.mark.parametrize("is_right", [True, False])
def test_the_mail_server_is_asked_with_tls_and_password(settings, monkeypatch, is_right: bool) -> None:
    said: list[object] = []

    class Server:
        def __init__(self, host: str, port: int, **options: Any) -> None:
            said.extend([(host, port), options["timeout"]])

        def starttls(self, **options: Any) -> None:
            said.append("TLS")

        def login(self, user: str, password: str) -> None:
            said.append((user, password))
            if not is_right:
                raise smtplib.SMTPAuthenticationError(535, b"no")

        def quit(self) -> None:
            said.append("quit")

    monkeypatch.setattr(smtplib, "SMTP", Server)
    settings.EMAIL_BACKEND, settings.EMAIL_USE_TLS = SMTP, True
    settings.EMAIL_HOST, settings.EMAIL_PORT = "mail.example", 587
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "galley", "a secret"
    found = only(findings.check_mail)
    assert said[:4] == [("mail.example", 587), findings.NETWORK_TIMEOUT, "TLS", ("galley", "a secret")]
    assert found.state is (State.WELL if is_right else State.FAULT)
    assert ("Nothing was sent" if is_right else "did not accept the user name") in found.text
    assert "a secret" not in str(found)


def test_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    well = QueueStatus(seen_at=now, waiting=1, waiting_since=now, running=1, failed=0)
    stuck = well._replace(waiting_since=now - findings.LONGEST_WAIT - datetime.timedelta(minutes=1))
    for status, state, mend in (
        (well, State.WELL, ""),
        (well._replace(failed=2), State.WARNING, "tries them again"),
        (stuck, State.FAULT, "systemctl restart galley-worker"),
    ):
        monkeypatch.setattr(findings, "read_status", lambda status=status: status)
        worker, queue = findings.check_worker()
        assert (worker.state, queue.state) == (State.WELL, state)
        assert mend in queue.mend


def test_the_index(small_site: SmallSite) -> None:
    call_command("update_index", verbosity=0)
    assert only(findings.check_index).state is State.WELL
    IndexEntry.objects.filter(object_id=str(small_site.post.pk)).delete()
    found = only(findings.check_index)
    assert found.state is State.WARNING
    assert found.text.startswith("1 published pages")
    assert "galley update_index" in found.mend
    type(small_site.post).objects.update(live=False)
    assert only(findings.check_index).state is State.WELL


class Answer(io.BytesIO):
    """What `urlopen` returns."""

    def __init__(self, body: bytes, **headers: str) -> None:
        super().__init__(body)
        self.headers = Message()
        for name, value in headers.items():
            self.headers[name.replace("_", "-")] = value


def test_the_address_and_the_policy(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(answer: Answer | Exception) -> list[Finding]:
        def ask(url: str, timeout: float) -> Answer:
            assert (url, timeout) == (f"{settings.WAGTAILADMIN_BASE_URL}/health/live", findings.NETWORK_TIMEOUT)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(findings, "urlopen", ask)
        return list(findings.check_address())

    policy = {"Content_Security_Policy": "default-src 'self'"}
    assert [found.state for found in look(Answer(b"alive", **policy))] == [State.WELL, State.WELL]
    address, missing = look(Answer(b"alive"))
    assert (address.state, missing.name, missing.state) == (State.WELL, "policy", State.FAULT)
    [other] = look(Answer(b"Welcome to nginx!", **policy))
    assert (other.name, other.state) == ("address", State.FAULT)
    [away] = look(ConnectionRefusedError("refused"))
    assert (away.name, away.state) == ("address", State.WARNING)
    assert all(found.mend for found in (missing, other, away))


def test_the_sites_own_answer_is_the_one_that_is_asked_for(async_client) -> None:
    response = async_to_sync(async_client.get)("/health/live")
    assert response.content == b"alive"
    assert response.headers["Content-Security-Policy"]


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


def test_the_disk(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = tmp_path / "not" / "yet"
    monkeypatch.setattr(findings, "_find_disk", lambda folder: 1)
    assert only(findings.check_disk).state is State.WELL
    monkeypatch.setattr(findings, "find_free_bytes", lambda folder: 1)
    assert only(findings.check_disk).state is State.FAULT
    monkeypatch.setattr(findings, "find_free_bytes", lambda folder: findings.LEAST_FREE_BYTES)
    monkeypatch.setattr(findings, "LEAST_TEMPORARY_BYTES", 1024**6)
    disk, temporary = findings.check_disk()
    assert (disk.state, temporary.state) == (State.WELL, State.FAULT)


def test_the_disk_of_the_backups(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = tmp_path / "not" / "yet"
    monkeypatch.setattr(findings, "_find_disk", {tmp_path: 1, findings._folder(): 2}.__getitem__)
    free = {tmp_path: 1, findings._folder(): findings.LEAST_FREE_BYTES}
    monkeypatch.setattr(findings, "find_free_bytes", free.__getitem__)
    own, backups = findings.check_disk()
    assert (own.state, backups.state) == (State.WELL, State.FAULT)
    assert str(tmp_path) in backups.text
    assert "BACKUP_DIR" in backups.mend


def test_redis(settings) -> None:
    assert "one process" in only(findings.check_cache).text
    settings.REDIS_URL = "redis://127.0.0.1:1"
    assert only(findings.check_cache).state is State.WELL
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    found = only(findings.check_cache)
    assert found.state is State.FAULT
    assert "systemctl start redis-server" in found.mend


def test_each_finding_that_is_not_well_says_how_to_mend_it(
    small_site: SmallSite, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a site on which nothing is well."""
    long_ago = timezone.now() - datetime.timedelta(days=1)
    Revision.objects.filter(pk=small_site.post.save_revision().pk).update(approved_go_live_at=long_ago)
    IndexEntry.objects.all().delete()
    status = QueueStatus(seen_at=None, waiting=1, waiting_since=long_ago, running=0, failed=1)
    monkeypatch.setattr(findings, "read_status", lambda: status)
    monkeypatch.setattr(findings, "find_free_bytes", lambda folder: 1)
    monkeypatch.setattr(findings, "run_checks", lambda **options: [CheckWarning("Look.", id="a.W001")])
    monkeypatch.setattr(findings, "find_bucket", lambda: None)
    settings.BACKUP_DIR = tmp_path
    settings.WAGTAILADMIN_BASE_URL = "https://127.0.0.1:1"
    settings.REDIS_URL = "redis://127.0.0.1:1"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    found = findings.find_all()
    bad = {finding.name for finding in found if finding.state is not State.WELL}
    assert bad >= {"settings", "Redis", "worker", "queue", "scheduled pages", "index"}
    assert bad >= {"mail", "address", "certificate", "backups", "disk"}
    assert {finding.name for finding in found} - bad == {"database", "clock", "files"}
    assert [finding for finding in found if finding.state is not State.WELL and not finding.mend] == []
    assert [finding for finding in found if finding.state is State.WELL and finding.mend] == []


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
    assert not {"worker", "queue", "scheduled pages", "index"} & {finding.name for finding in found}
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
