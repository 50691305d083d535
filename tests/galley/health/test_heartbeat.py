"""A dead man's switch is only reset while all is well."""

import datetime
import logging
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from galley.health.management.commands import send_heartbeat
from galley.tasks.queue import QueueStatus
from tests.factories import SmallSite

SWITCH = "https://watch.example/ping/1"
READY = "https://site.example/health/ready"


@pytest.fixture
def asked(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were requested. Those in `away` don't answer."""
    settings.HEARTBEAT_URL, settings.WAGTAILADMIN_BASE_URL = SWITCH, "https://site.example"
    requested: list[str] = []
    monkeypatch.setattr(send_heartbeat, "request", requested.append)
    return requested


def refuse(address: str, asked: list[str]) -> Callable[[str], None]:
    def request(url: str) -> None:
        asked.append(url)
        if url == address:
            raise ConnectionRefusedError("refused")

    return request


@pytest.mark.django_db
def test_while_all_is_well_the_switch_is_reset(asked: list[str]) -> None:
    call_command("send_heartbeat")
    assert asked == [READY, SWITCH]


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "expected"), [(200, ["/health/ready", "/ping/1"]), (503, ["/health/ready"])])
def test_the_switch_is_a_real_request_that_follows_a_good_answer(
    settings: Any, status: int, expected: list[str]
) -> None:
    paths = []

    class Handler(BaseHTTPRequestHandler):
        """The site, and the switch."""

        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(status if self.path == "/health/ready" else 200)
            self.end_headers()
            self.wfile.write(b"OK")

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        settings.WAGTAILADMIN_BASE_URL = f"http://127.0.0.1:{server.server_port}"
        settings.HEARTBEAT_URL = f"{settings.WAGTAILADMIN_BASE_URL}/ping/1"
        call_command("send_heartbeat")
        server.shutdown()
    assert paths == expected


@pytest.mark.django_db
def test_without_the_setting_nobody_is_asked(asked: list[str], settings: Any) -> None:
    settings.HEARTBEAT_URL = ""
    call_command("send_heartbeat")
    assert asked == []


@pytest.mark.django_db
@pytest.mark.parametrize("away", [READY, SWITCH])
def test_what_does_not_answer_is_in_the_log(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, away: str
) -> None:
    monkeypatch.setattr(send_heartbeat, "request", refuse(away, asked))
    with caplog.at_level(logging.WARNING):
        call_command("send_heartbeat")
    assert asked[-1] == away
    assert "No heartbeat was sent" in caplog.text
    assert "refused" in caplog.text


@pytest.mark.django_db
def test_overdue_pages_and_tasks_stop_it(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, small_site: SmallSite, caplog: pytest.LogCaptureFixture
) -> None:
    long_ago = timezone.now() - datetime.timedelta(hours=1)
    waiting = QueueStatus(seen_at=None, waiting=1, waiting_since=long_ago, running=0, failed=0)
    with monkeypatch.context() as patched:
        patched.setattr(send_heartbeat, "read_status", lambda: waiting)
        call_command("send_heartbeat")
    revision = small_site.home.save_revision()
    type(revision).objects.filter(pk=revision.pk).update(approved_go_live_at=long_ago)
    call_command("send_heartbeat")
    assert asked == []
    assert "tasks wait" in caplog.text
    assert "pages that should be published" in caplog.text


@pytest.mark.django_db
def test_backups_that_are_no_longer_made_stop_it(
    asked: list[str], settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BACKUP_DIR = tmp_path
    for days, expected in ((3, []), (1, [READY, SWITCH])):
        folder = tmp_path / f"{timezone.now() - datetime.timedelta(days=days):%Y%m%d-%H%M%S}"
        folder.mkdir()
        (folder / "manifest.json").touch()
        call_command("send_heartbeat")
        assert asked == expected
    assert caplog.text.count("the newest backup is of") == 1
