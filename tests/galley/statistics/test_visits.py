"""Which requests are visits, and how they are counted in memory."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError

from galley.statistics import visits
from galley.statistics.visits import PAGE, VisitCounter, is_visit, name_pages, note_page
from tests.galley.statistics.conftest import BROWSER

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = f"Mozilla/5.0 (Linux; Android 16; CUBOT P90) {WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"
EDGE = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0"
IN_AN_APP = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148 [FBAN/FBIOS;FBAV/500.0]"


def headers(user_agent: str = BROWSER, **more: str) -> dict[bytes, bytes]:
    named = {name.replace("_", "-").encode(): value.encode() for name, value in more.items()}
    return {b"host": b"testserver", b"user-agent": user_agent.encode(), **named}


def answering() -> Any:
    """Return an application whose responses are of page 7."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [], PAGE: 7})
        await send({"type": "http.response.body", "body": b""})

    return app


async def get(counter: VisitCounter, method: str = "GET", **more: str) -> None:
    async def send(message: Any) -> None:
        pass

    await counter({"type": "http", "method": method, "headers": list(headers(**more).items())}, None, send)


@pytest.mark.parametrize("user_agent", [BROWSER, PHONE, IPHONE, EDGE, IN_AN_APP])
def test_browsers_are_counted(user_agent: str) -> None:
    assert is_visit(headers(user_agent))
    assert is_visit(headers(user_agent, dnt="0", sec_fetch_dest="document"))


@pytest.mark.parametrize(
    "user_agent",
    [
        "", "curl/8.5", "python-requests/2.32", "Go-http-client/1.1", "Googlebot/2.1 (+http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Mozilla/5.0 (Linux; Android 6.0.1) Chrome/141 Mobile Safari/537.36 (compatible; Googlebot/2.1)",
        "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15 (Applebot/0.1)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 Bytespider; spider-feedback@bytedance.com",
        "Mozilla/5.0 (X11; Linux x86_64) Chrome-Lighthouse", "facebookexternalhit/1.1", "Mozilla/5.0 zgrab/0.x scanner",
    ],
)  # fmt: skip
def test_robots_are_left_out(user_agent: str) -> None:
    assert not is_visit(headers(user_agent))


@pytest.mark.parametrize(
    "more",
    [
        {"dnt": "1"}, {"sec_gpc": "1"}, {"dnt": "0", "sec_gpc": "1"}, {"dnt": "0", "purpose": "prefetch"},
        {"sec_purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"x_moz": "prefetch"}, {"hx_request": "true"},
        {"sec_fetch_dest": "iframe"}, {"sec_fetch_dest": "empty"},
    ],
)  # fmt: skip
def test_who_objects_and_what_nobody_looks_at_is_left_out(more: dict[str, str]) -> None:
    assert not is_visit(headers(**more))


async def test_a_get_of_a_page_is_counted() -> None:
    counter = VisitCounter(answering())
    await get(counter)
    await get(counter)
    await get(counter, dnt="1")
    assert counter.noted == {7: 2}


async def test_other_methods_and_what_is_no_page_are_not_counted() -> None:
    async def no_page(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    for method, app in (("HEAD", answering()), ("POST", answering()), ("GET", no_page)):
        counter = VisitCounter(app)
        await get(counter, method)
        assert counter.noted == {}


@pytest.mark.parametrize(
    ("status", "content_type", "is_named"),
    [(200, b"text/html; charset=utf-8", True), (200, b"application/json", False), (404, b"text/html", False)],
)
async def test_only_an_html_page_is_named(status: int, content_type: bytes, is_named: bool) -> None:
    async def django(scope: Any, receive: Any, send: Any) -> None:
        page, request = SimpleNamespace(pk=7), SimpleNamespace(COOKIES={})
        note_page(lambda *serve: None)(page, request, (), {})
        await send({"type": "http.response.start", "status": status, "headers": [(b"Content-Type", content_type)]})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await name_pages(django)({"type": "http"}, None, send)
    assert sent[0].get(PAGE) == (7 if is_named else None)


async def test_many_visits_are_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[dict[int, int]] = []
    is_written = asyncio.Event()
    loop = asyncio.get_running_loop()

    def store(counts: dict[int, int]) -> None:
        writes.append(counts)
        loop.call_soon_threadsafe(is_written.set)

    monkeypatch.setattr(visits, "store", store)
    counter = VisitCounter(answering(), flush_seconds=0)
    for _ in range(100):
        await get(counter)
    await is_written.wait()
    assert (writes, counter.noted) == ([{7: 100}], {})


async def test_a_database_that_fails_loses_no_visit(monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    def fail(counts: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(visits, "store", fail)
    counter = VisitCounter(answering())
    await get(counter)
    await counter.flush()
    assert "database is locked" in caplog.text
    assert counter.noted == {7: 1}
    await get(counter)
    assert counter.noted == {7: 2}


async def test_visits_are_stored_before_the_server_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[dict[int, int]] = []
    monkeypatch.setattr(visits, "store", writes.append)

    async def lifespan(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "lifespan.startup"
        assert writes == []
        assert (await receive())["type"] == "lifespan.shutdown"
        assert writes == [{7: 1}]

    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def receive() -> Any:
        return messages.pop(0)

    counter = VisitCounter(answering())
    await get(counter)
    counter.app = lifespan
    await counter({"type": "lifespan"}, receive, None)
    assert messages == []
