"""Somebody who asks an ASGI application for pages: many requests on one event loop."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

PATIENCE = 60  # seconds


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def cache_status(self) -> str:
        return self.headers.get("cache-status", "")

    @property
    def is_hit(self) -> bool:
        return self.cache_status.startswith("galley; hit")

    @property
    def is_stored(self) -> bool:
        return self.cache_status.endswith("; stored")


async def ask(app: Any, url: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
    """Return the answer of `app` to one request; `x_y` among the headers stands for `x-y`."""
    parts = urlsplit(url)
    named = {"host": "testserver", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }
    answer = Answer()
    is_read = False

    async def receive() -> dict[str, Any]:
        nonlocal is_read
        if is_read:
            await asyncio.Event().wait()
        is_read = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            for name, value in message["headers"]:
                assert name.decode().lower() not in answer.headers
                answer.headers[name.decode().lower()] = value.decode("latin-1")
        else:
            answer.body += message.get("body", b"")

    async with asyncio.timeout(PATIENCE):
        await app(scope, receive, send)
    return answer


async def until(is_so: Callable[[], bool]) -> None:
    """Let everything else run until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110  (what is waited for tells of nothing)
            await asyncio.sleep(0)


class Visitor:
    """Asks `app` on an event loop of its own, which lives as long as the test."""

    def __init__(self, app: Any, runner: asyncio.Runner) -> None:
        self.app = app
        self._runner = runner

    def get(self, url: str, **headers: str) -> Answer:
        return self.ask(url, **headers)

    def ask(self, url: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        return self._runner.run(ask(self.app, url, method, body, **headers))

    def run(self, coroutine: Any) -> Any:
        return self._runner.run(coroutine)


def grow_older(visitor: Visitor, seconds: float) -> None:
    """Let all that is kept have been made earlier."""
    for entry in visitor.app.store.entries.values():
        entry.made_at -= seconds
        entry.fresh_until -= seconds
        entry.stale_until -= seconds
        entry._starts.clear()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner
