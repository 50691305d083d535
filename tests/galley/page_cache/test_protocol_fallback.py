"""The protocol writes an access log as uvicorn does, and leaves every request to a uvicorn that it doesn't know."""

import logging
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from galley.page_cache import protocol
from galley.page_cache.entries import EMPTY_BODY, Start
from galley.page_cache.protocol import PageCacheProtocol, answer_from

SCOPE = {
    "method": "GET",
    "path": "/a/",
    "raw_path": b"/a/",
    "query_string": b"b=c",
    "http_version": "1.1",
    "client": ("127.0.0.1", 50_000),
}


class Anything:
    """Whatever a test says that it is."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is sent by the cache, or `ordinary` for each request that goes uvicorn's way."""
    written: list[bytes] = []
    monkeypatch.setattr(protocol, "_lookup", None)
    monkeypatch.setattr(protocol, "_on_hit", None)
    monkeypatch.setattr(HttpToolsProtocol, "_start_asgi_task", lambda *_: written.append(b"ordinary"))
    return written


def request(written: list[bytes], **cycle: Any) -> None:
    """Let the protocol answer one request."""
    one = PageCacheProtocol.__new__(PageCacheProtocol)
    one.app = one
    one.flow = Anything(write_paused=False)
    one.loop = Anything(call_soon=lambda *_: None)
    one.transport = Anything(writelines=written.extend)
    one.on_response_complete = lambda: None
    defaults = {"scope": SCOPE, "disconnected": False, "keep_alive": True, "default_headers": [], "access_log": False}
    one._start_asgi_task(Anything(**{**defaults, **cycle}), one)


def lookup(scope: Any, on_hit: Any) -> Any:
    return Start(status=304, headers=[(b"etag", b'"x"')]), EMPTY_BODY


def test_a_cached_response_is_in_the_access_log(written: list[bytes], caplog: pytest.LogCaptureFixture) -> None:
    answer_from(lookup, lambda: False)
    log = logging.getLogger("tests.access")
    with caplog.at_level(logging.INFO, logger="tests.access"):
        request(written, access_log=True, access_logger=log)
    assert written[0].startswith(b"HTTP/1.1 304 Not Modified\r\n")
    assert caplog.messages == ['127.0.0.1:50000 - "GET /a/?b=c HTTP/1.1" 304']


def test_an_unknown_uvicorn_answers_everything_itself(
    written: list[bytes], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uvicorn, "__version__", "9.0.0")
    answer_from(lookup, lambda: False)
    request(written)
    assert written == [b"ordinary"]
    assert "uvicorn 9.0.0 is not a tested version" in caplog.text


@pytest.mark.parametrize("cycle", [{"keep_alive": False}, {"scope": {**SCOPE, "method": "POST"}}])
def test_other_requests_go_the_ordinary_way(written: list[bytes], cycle: dict[str, Any]) -> None:
    answer_from(lambda scope, on_hit: lookup(scope, on_hit) if scope["method"] == "GET" else None, lambda: False)
    request(written, **cycle)
    assert written == [b"ordinary"]


def test_the_installed_uvicorn_is_a_tested_one() -> None:
    assert uvicorn.__version__.startswith(protocol.TESTED_VERSIONS)
