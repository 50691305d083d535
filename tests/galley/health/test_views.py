"""Alive and ready are two answers, and who looks after the server learns more."""

import asyncio
import threading
from html import unescape

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AbstractUser
from django.core.management import CommandError, call_command
from django.db.utils import OperationalError
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from galley.circuit_breaker import CircuitBreaker
from galley.health import views as health
from galley.health.findings import State
from galley.health.management.commands import doctor
from galley.health.questions import find_all
from galley.page_cache import redis_cache
from galley.tasks.queue import QueueStatus
from tests.factories import SmallSite
from tests.services import SilentServer


@pytest.fixture
def broken_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "ask_database", fail)


def test_a_living_process_says_so_without_the_database(asgi_get) -> None:
    response = asgi_get("/health/live")
    assert (response.status_code, response.content) == (200, b"alive")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_it_is_ready_when_the_database_answers(asgi_get) -> None:
    assert asgi_get("/health/ready").status_code == 200


def test_it_is_not_ready_without_a_database(asgi_get, broken_database: None) -> None:
    response = asgi_get("/health/ready")
    assert (response.status_code, response.content) == (
        503,
        b"no answer from the database: only cached pages are shown",
    )
    assert response["Retry-After"]
    assert asgi_get("/health/live").status_code == 200


def test_a_database_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    monkeypatch.setattr(health, "TIMEOUT", 0.05)
    monkeypatch.setattr(health, "ask_database", answer.wait)

    async def ask() -> int:
        response = await AsyncClient().get("/health/ready")
        answer.set()
        return response.status_code

    assert asyncio.run(ask()) == 503


@pytest.mark.django_db
def test_what_else_is_away_is_named_with_its_effect(asgi_get, monkeypatch: pytest.MonkeyPatch) -> None:
    effects = [("a", lambda: True, "no worker: mails wait"), ("b", lambda: False, "all is lost")]
    monkeypatch.setattr(health, "EFFECTS", effects)
    response = asgi_get("/health/ready")
    assert (response.status_code, response.text) == (200, "ready\nno worker: mails wait")


@pytest.mark.django_db
def test_a_full_disk_and_a_worker_that_is_away_are_named(asgi_get, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    status = QueueStatus(seen_at=now, waiting=1, waiting_since=now - 2 * health.WORKER_LATE, running=0, failed=0)
    monkeypatch.setattr(health, "read_status", lambda: status)
    assert asgi_get("/health/ready").text == "ready"
    monkeypatch.setattr(health, "read_status", lambda: status._replace(seen_at=now - 2 * health.WORKER_LATE))
    assert asgi_get("/health/ready").text == "ready\nno worker: mails and scheduled pages wait"
    monkeypatch.setattr(health, "find_free_bytes", lambda: 1)
    response = asgi_get("/health/ready")
    assert response.status_code == 200
    assert response.text.splitlines()[1] == "the disk is nearly full: uploads will fail"


@pytest.mark.django_db
def test_a_redis_that_never_answers_is_named(silent: SilentServer, settings, asgi_get, monkeypatch) -> None:
    monkeypatch.setattr(redis_cache, "breaker", CircuitBreaker(redis_cache.PAUSE_SECONDS))
    options = {"SOCKET_CONNECT_TIMEOUT": 0.01, "SOCKET_TIMEOUT": 0.01}
    backend = "galley.page_cache.redis_cache.PausingRedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": silent.url, "OPTIONS": options}}
    settings.REDIS_URL = silent.url
    response = asgi_get("/health/ready")
    assert response.status_code == 200
    assert "no answer from Redis: pages are slower" in response.text
    # It isn't asked twice, each time with a timeout: together they could outlast the answer.
    assert silent.stop() == 1


def test_a_question_that_hangs_hides_no_answer_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    monkeypatch.setattr(health, "TIMEOUT", 1.0)
    monkeypatch.setattr(health, "ask_database", lambda: None)
    monkeypatch.setattr(health, "EFFECTS", [("disk", answer.wait, "the disk is full")])

    async def ask() -> tuple[int, str]:
        response = await AsyncClient().get("/health/ready")
        answer.set()
        return response.status_code, response.text

    assert asyncio.run(ask()) == (200, "ready\nno answer in time about this: disk")


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("gone"), ValueError("a fault in the code")])
def test_a_page_says_that_the_database_is_away(
    small_site: SmallSite, async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr(type(small_site.post), "get_context", fail)
    async_client.raise_request_exception = False
    response = async_to_sync(async_client.get)(small_site.post.url)
    is_away = isinstance(error, OperationalError)
    assert response.status_code == (503 if is_away else 500)
    assert response.headers.get("Retry-After") == ("5" if is_away else None)
    assert ("We will be back" in response.text) is is_away


@pytest.mark.django_db
def test_administrators_read_the_findings(client: Client, editor, member) -> None:
    client.force_login(editor)
    page = client.get(reverse("health_report")).text
    assert "All is well" not in page
    assert "No worker has been seen yet" in page
    assert reverse("health_report") in client.get(reverse("wagtailadmin_home")).text
    client.force_login(member("publish"))
    assert client.get(reverse("health_report")).status_code == 302


@pytest.mark.django_db
def test_the_report_says_all_that_the_doctor_says(
    client: Client, editor: AbstractUser, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = find_all()
    assert len({finding.state for finding in found}) == len(State)
    for module in (health, doctor):
        monkeypatch.setattr(module, "find_all", lambda: found)
    with pytest.raises(CommandError):
        call_command("doctor")
    client.force_login(editor)
    page, printed = unescape(client.get(reverse("health_report")).text), capsys.readouterr().out
    for finding in found:
        assert finding.text in page
        assert finding.mend in page
        assert f"{finding.name}: {finding.text}\n" in printed
        assert finding.mend in printed
