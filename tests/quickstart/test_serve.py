"""`manage.py serve`: one command starts the server everywhere."""

import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextvars import ContextVar, copy_context
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import websockets
import websockets.sync.client
from django.core.management import call_command

from galley.page_cache.protocol import PageCacheProtocol
from quickstart.management.commands import serve
from tests.running_site import PROJECT, STARTS_WITHIN, environment

pytestmark = pytest.mark.browser

APPLICATION = "tests.quickstart.test_serve:application"
MAX_FILES = 64
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATIENCE = 30  # seconds


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer 'ok', at once. A socket is accepted and closed."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
    elif scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What uvicorn is called with."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda application, **options: given.update(options, application=application))
    monkeypatch.setattr(serve, "raise_descriptor_limit", lambda: None)
    return given


def test_it_serves_the_site_with_the_page_caches_protocol(options: dict[str, Any]) -> None:
    call_command("serve", port=8000)
    assert options["application"] == "config.asgi:application"
    assert (options["host"], options["port"], options["fd"]) == ("127.0.0.1", 8000, None)
    assert not options["access_log"]
    assert not options["ws_per_message_deflate"]
    config = uvicorn.Config(**{name: options[name] for name in options if name != "application"}, app=application)
    config.load()
    assert config.http_protocol_class is PageCacheProtocol


def test_requests_copy_nothing_that_the_checks_have_left_in_the_context(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []
    monkeypatch.setattr(uvicorn, "run", lambda *args, **options: found.append(len(copy_context())))
    monkeypatch.setattr(serve, "raise_descriptor_limit", lambda: None)
    variable: ContextVar[bool] = ContextVar("left_by_a_check")
    variable.set(True)
    call_command("serve")
    assert found == [0]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=4 * MAX_FILES) as listener:
        yield listener


@pytest.fixture
def server(listener: socket.socket, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A server that may open few files."""
    command = [sys.executable, "manage.py", "serve", "--fd", str(listener.fileno()), "--application", APPLICATION]
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment(tmp_path),
        pass_fds=[listener.fileno()],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_FILES, MAX_FILES)),
    )
    yield process
    process.kill()
    process.wait()


def connect(listener: socket.socket) -> socket.socket:
    return socket.create_connection(listener.getsockname(), timeout=PATIENCE)


def ask(connection: socket.socket) -> bytes:
    """Return what comes back: nothing if the server has closed the connection."""
    try:
        connection.sendall(REQUEST)
        answer = b""
        while not answer.endswith(b"ok") and (part := connection.recv(1000)):
            answer += part
        return answer
    except (BrokenPipeError, ConnectionResetError):
        return b""


def test_out_of_file_descriptors_it_serves_on_logs_little_and_stops_gracefully(
    server: subprocess.Popen[str], listener: socket.socket
) -> None:
    with connect(listener) as first:
        assert ask(first).endswith(b"ok")
        others = [connect(listener) for _ in range(2 * MAX_FILES)]
        answers = [ask(other) for other in others]
        assert b"" in answers
        assert ask(first).endswith(b"ok")
        for other in others:
            other.close()
        while not (answer := ask(connect(listener))):
            pass
        assert answer.endswith(b"ok")
        server.send_signal(signal.SIGTERM)
        assert first.recv(1000) == b""
    _, log = server.communicate(timeout=PATIENCE)
    assert log.count("\n") < MAX_FILES
    assert "Finished server process" in log


@pytest.mark.parametrize(("options", "lines"), [((), 0), (("--access-log",), 1)])
def test_a_socket_leaves_a_line_in_the_log_if_each_request_does(
    listener: socket.socket, tmp_path: Path, options: tuple[str, ...], lines: int
) -> None:
    descriptor = str(listener.fileno())
    command = [sys.executable, "manage.py", "serve", "--fd", descriptor, "--application", APPLICATION, *options]
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environment(tmp_path), pass_fds=[int(descriptor)], stderr=subprocess.PIPE, text=True
    )
    host, port = listener.getsockname()
    try:
        with (
            websockets.sync.client.connect(
                f"ws://{host}:{port}/nowhere", open_timeout=STARTS_WITHIN, proxy=None
            ) as client,
            pytest.raises(websockets.ConnectionClosedOK),
        ):
            client.recv(timeout=PATIENCE)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert "Finished server process" in log
    assert log.count("WebSocket /nowhere") == log.count("connection open") == lines
    # The process may end before it notices the end of the connection.
    assert log.count("connection closed") <= lines
