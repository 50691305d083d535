"""What is asked of other hosts: public addresses alone, and in a bounded time."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import URLError

import pytest

from galley import fetching
from galley.fetching import NotPublicError, is_public, public_opener


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A host that counts as public, unlike all others on this machine."""
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "::1", "::ffff:127.0.0.1"],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_a_public_host_answers(url: str) -> None:
    with public_opener().open(url) as response:
        assert response.read() == b"ok"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"])
def test_however_it_is_written_a_private_host_is_refused(host: str) -> None:
    with pytest.raises(URLError) as caught:
        public_opener().open(f"http://{host}:1/")
    assert isinstance(caught.value.reason, NotPublicError)


def test_a_response_that_takes_too_long_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_SECONDS", -1)
    with pytest.raises(TimeoutError, match="too long"):
        public_opener().open(url)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://x.example/", "data:,x"])
def test_other_schemes_are_not_opened(target: str) -> None:
    assert public_opener().open(target) is None
