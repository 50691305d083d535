"""What the cache holds is sent by the server's own protocol, on the site as it really runs."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ServerProcess

HIT = b"cache-status: galley; hit"


@pytest.fixture(scope="module")
def server(small_site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    server = ServerProcess(shutil.copytree(small_site_folder, tmp_path_factory.mktemp("protocol") / "var"))
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.kill()


class Connection:
    """Says bytes to the server, and reads whole answers."""

    def __init__(self, server: ServerProcess) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self._file = self._socket.makefile("rb")
        self.host = b"localhost:%d" % server.port

    def say(self, *requests: bytes) -> None:
        self._socket.sendall(b"".join(requests))

    def get(self, path: bytes = b"/about-us/", *headers: bytes, method: bytes = b"GET") -> bytes:
        lines = [b"%s %s HTTP/1.1" % (method, path), b"Host: " + self.host, *headers, b"", b""]
        return b"\r\n".join(lines)

    def read(self, has_body: bool = True) -> tuple[bytes, bytes]:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self._file.readline()
            assert line, head
            head += line
        lowered = head.lower()
        length = int(lowered.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        return lowered, self._file.read(length) if has_body else b""

    def is_over(self) -> bool:
        return self._file.read(1) == b""


@pytest.fixture
def connection(server: ServerProcess) -> Iterator[Connection]:
    connection = Connection(server)
    for _ in range(50):
        connection.say(connection.get())
        if HIT in connection.read()[0]:
            break
    yield connection
    connection._socket.close()


def is_from_protocol(head: bytes) -> bool:
    """Whether the answer came the short way: there, `server` and `date` stand first and nothing was added."""
    return HIT in head and head.splitlines()[1].startswith((b"date:", b"server:"))


def test_the_answer_is_the_application_s_own(connection: Connection) -> None:
    connection.say(connection.get())
    quick, body = connection.read()
    # Who ends the connection is answered by the application.
    connection.say(connection.get(b"/about-us/", b"Connection: close"))
    ordinary, same = connection.read()
    assert is_from_protocol(quick)
    assert body == same
    assert b"About us" in body

    def without_what_differs(head: bytes) -> list[bytes]:
        changing = (b"age:", b"date:", b"cache-status:", b"connection:")
        return sorted(line for line in head.splitlines() if not line.startswith(changing))

    assert without_what_differs(quick) == without_what_differs(ordinary)
    assert connection.is_over()


def test_requests_in_a_row_are_answered_in_their_order(connection: Connection) -> None:
    # The second isn't kept: whoever comes after it waits for it.
    connection.say(connection.get(), connection.get(b"/nowhere/"), connection.get(), connection.get(b"/health/live"))
    heads = [connection.read()[0] for _ in range(4)]
    assert [head.split()[1] for head in heads] == [b"200", b"404", b"200", b"200"]
    assert [HIT in head for head in heads] == [True, False, True, False]


def test_many_requests_in_a_row_take_their_turns(connection: Connection) -> None:
    connection.say(*[connection.get()] * 300)
    assert all(HIT in connection.read()[0] for _ in range(300))


def test_head_and_304_have_no_body(connection: Connection) -> None:
    connection.say(connection.get(method=b"HEAD"), connection.get())
    assert HIT in connection.read(has_body=False)[0]
    head, body = connection.read()
    assert body
    etag = head.partition(b"etag: ")[2].partition(b"\r\n")[0]
    connection.say(connection.get(b"/about-us/", b"If-None-Match: " + etag), connection.get())
    assert connection.read(has_body=False)[0].startswith(b"http/1.1 304")
    assert connection.read()[0].startswith(b"http/1.1 200")


def test_a_body_that_nobody_reads_is_no_request(connection: Connection) -> None:
    smuggled = connection.get(b"/nowhere/")
    connection.say(connection.get(b"/about-us/", b"Content-Length: %d" % len(smuggled)), smuggled, connection.get())
    assert connection.read()[0].startswith(b"http/1.1 200")
    assert connection.read()[0].startswith(b"http/1.1 200")


@pytest.mark.parametrize("cookie", [b"Cookie: sessionid=abc", b"Authorization: Basic YTpi"])
def test_somebody_in_particular_is_answered_by_django(connection: Connection, cookie: bytes) -> None:
    connection.say(connection.get(b"/about-us/", cookie))
    assert b"fwd=bypass" in connection.read()[0]


def test_whoever_leaves_while_waiting_harms_nobody(server: ServerProcess, connection: Connection) -> None:
    for _ in range(20):
        leaving = Connection(server)
        leaving.say(*[leaving.get()] * 100)
        leaving._socket.close()
    connection.say(connection.get())
    assert HIT in connection.read()[0]
