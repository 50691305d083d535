"""Where the site listens, and what `up` says when it can't."""

import errno
import io
import socket
from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from quickstart import address
from quickstart.management.commands.up import Command


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "80.5", ""])
def test_it_refuses_what_is_no_port(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="from 1 to 65535"):
        address.port_number(text)


def test_no_answer_waits_between_headers_and_body() -> None:
    with address.listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()) as visitor:
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert visitor


def test_a_taken_port_is_named_with_a_way_on(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(CommandError, match=rf"Port {port} is taken[\s\S]*--port \d+"):
        address.listen("127.0.0.1", port)


def test_a_taken_port_is_told_before_anything_is_done(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    done: list[str] = []
    monkeypatch.setattr(Command, "prepare", lambda self, listener: done.append("prepared"))
    settings.VAR_DIR = tmp_path
    with pytest.raises(CommandError, match=r"is taken by another program\. Nothing was changed\."):
        call_command("up", port=listener.getsockname()[1], stdout=io.StringIO())
    assert not done


def test_a_forbidden_port_is_named_with_a_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*args: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "create_server", forbid)
    with pytest.raises(CommandError, match="may not use port 80; ports below 1024"):
        address.listen("127.0.0.1", 80)


@pytest.mark.parametrize("host", ["nowhere.invalid", "203.0.113.9"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(CommandError, match=f"no address '{host}'"):
        address.listen(host, 8080)


def test_it_takes_the_port_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with address.listen("127.0.0.1", port) as listener, pytest.raises(CommandError, match="is taken"):
        address.listen(*listener.getsockname())


def test_this_machine_alone_gets_no_address_for_phones(listener: socket.socket) -> None:
    assert address.network_urls(listener) == []
    assert address.local_url(listener) == f"http://localhost:{listener.getsockname()[1]}/"


def test_every_network_gets_an_address_for_phones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "_network_addresses", lambda: ["192.168.1.5"])
    with socket.create_server(("0.0.0.0", 0)) as listener:  # noqa: S104
        port = listener.getsockname()[1]
        assert address.local_url(listener) == f"http://localhost:{port}/"
        assert address.network_urls(listener) == [f"http://192.168.1.5:{port}/"]


def test_a_second_run_is_told_where_the_first_one_is(tmp_path) -> None:
    path = tmp_path / "up.lock"
    with address.lock_data(path) as lock:
        lock.write("http://localhost:8080/")
        lock.flush()
        with (
            pytest.raises(CommandError, match="already running with this data: http://localhost:8080/"),
            address.lock_data(path),
        ):
            pass
    with address.lock_data(path):
        assert path.read_text() == ""
