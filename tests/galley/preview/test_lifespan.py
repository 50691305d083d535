"""A server starts only where its live preview would work."""

import asyncio
import sys
from pathlib import Path

import pytest
from asgiref.testing import ApplicationCommunicator
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from config.asgi import application
from galley.preview.asgi import CannotServe, lock_out_others
from galley.preview.checks import check_backplane, count_processes
from galley.preview.conf import lock_file
from tests.galley.preview.conftest import PATIENCE


class Server:
    """What uvicorn says to the application when it starts and stops."""

    def __init__(self) -> None:
        self._lifespan = ApplicationCommunicator(application, {"type": "lifespan"})

    async def start(self) -> str:
        """Return why the application refuses to serve, or nothing."""
        await self._lifespan.send_input({"type": "lifespan.startup"})
        answer = await self._lifespan.receive_output(timeout=PATIENCE)
        return answer.get("message", "")

    async def stop(self) -> None:
        await self._lifespan.send_input({"type": "lifespan.shutdown"})
        assert await self._lifespan.receive_output(timeout=PATIENCE) == {"type": "lifespan.shutdown.complete"}


@pytest.fixture(autouse=True)
def alone(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with one process and no Redis."""
    settings.PREVIEW_REDIS_URL = ""
    settings.PREVIEW_LOCK_FILE = tmp_path / "server.lock"
    monkeypatch.delenv("WEB_CONCURRENCY", raising=False)
    monkeypatch.setattr("galley.preview.asgi.WAIT_SECONDS", 0.05)


@pytest.mark.parametrize(
    ("command", "processes"),
    [
        ("/bin/uvicorn config.asgi:application", 1),
        ("/bin/uvicorn config.asgi:application --workers 4", 4),
        ("/bin/uvicorn config.asgi:application --workers=3", 3),
        ("/lib/uvicorn/__main__.py config.asgi:application --workers 2", 2),
        ("/bin/gunicorn -w 5 -k uvicorn_worker.UvicornWorker config.asgi", 5),
        ("/bin/gunicorn -w5 config.asgi", 5),
        ("manage.py serve --workers 4", 4),
        ("/srv/manage.py serve", 1),
        ("manage.py test --workers 4", 1),
    ],
)
def test_processes_are_counted_on_the_command_line(command: str, processes: int) -> None:
    assert count_processes(command.split()) == processes


def test_processes_are_counted_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    assert count_processes(["uvicorn", "config.asgi:application"]) == 2
    assert count_processes(["uvicorn", "config.asgi:application", "--workers", "1"]) == 1


def test_several_processes_without_redis_fail_the_system_check(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_backplane() == []
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    with pytest.raises(SystemCheckError, match=r"preview\.E001.*2 processes(.|\n)*REDIS_URL"):
        call_command("check")
    settings.PREVIEW_REDIS_URL = "redis://localhost"
    assert check_backplane() == []


def test_several_processes_without_redis_are_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "2")

    async def scene() -> None:
        assert "REDIS_URL" in await Server().start()

    asyncio.run(scene())


def test_a_second_server_on_the_same_data_is_refused_until_the_first_has_ended() -> None:
    async def scene() -> None:
        first, second, third = Server(), Server(), Server()
        assert await first.start() == ""
        assert "REDIS_URL" in await second.start()
        await first.stop()
        assert await third.start() == ""
        await third.stop()

    asyncio.run(scene())


def test_a_server_waits_for_the_end_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("galley.preview.asgi.WAIT_SECONDS", 10)

    async def scene() -> None:
        first, second = Server(), Server()
        await first.start()
        starting = asyncio.create_task(second.start())
        await first.stop()
        assert await starting == ""
        await second.stop()

    asyncio.run(scene())


def test_with_redis_there_may_be_several(settings) -> None:
    settings.PREVIEW_REDIS_URL = "redis://localhost"

    async def scene() -> None:
        for server in (Server(), Server()):
            assert await server.start() == ""

    asyncio.run(scene())


def test_without_a_lock_file_in_the_settings_a_second_server_is_refused_too(settings) -> None:
    del settings.PREVIEW_LOCK_FILE

    async def scene() -> None:
        lock = await lock_out_others()
        assert lock
        with pytest.raises(CannotServe):
            await lock_out_others()
        lock.close()
        settings.PREVIEW_LOCK_FILE = ""
        assert await lock_out_others() is None

    asyncio.run(scene())


@pytest.mark.parametrize("name", ["missing/server.lock", ".", "file/server.lock"])
def test_a_lock_file_that_cannot_be_written_is_named(settings, tmp_path: Path, name: str) -> None:
    """An error of another kind would make uvicorn serve without the lock."""
    (tmp_path / "file").touch()
    settings.PREVIEW_LOCK_FILE = tmp_path / name

    async def scene() -> None:
        assert "PREVIEW_LOCK_FILE" in await Server().start()

    asyncio.run(scene())


@pytest.mark.parametrize("name", ["HOST", "PORT", "NAME"])
def test_sites_with_other_databases_have_other_lock_files(settings, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    del settings.PREVIEW_LOCK_FILE
    before = lock_file()
    assert lock_file() == before
    monkeypatch.setitem(settings.DATABASES["default"], name, "second")
    assert lock_file() != before


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost:6379", "redis://localhost:port"])
def test_an_unusable_url_of_redis_is_named(settings, url: str) -> None:
    settings.PREVIEW_REDIS_URL = url
    with pytest.raises(ImproperlyConfigured, match=r"PREVIEW_REDIS_URL.*redis://localhost:6379/0"):
        apps.get_app_config("preview").ready()


def test_redis_that_is_not_installed_is_named(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PREVIEW_REDIS_URL = "redis://localhost"
    monkeypatch.setitem(sys.modules, "galley.preview.broadcast.redis_backplane", None)
    with pytest.raises(ImproperlyConfigured, match="PREVIEW_REDIS_URL needs the package redis"):
        apps.get_app_config("preview").ready()
