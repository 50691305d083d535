"""Which requests are visits, and how a server process counts them without slowing its answers.

Django notes which page it serves (`note_page`), and `name_pages` writes the number of the page into the ASGI message
that starts the response. The page cache stores that with the response. So `VisitCounter` knows the page of each
response, also of those from memory, for which no view has run. It counts in memory, and writes every few seconds, in a
thread.
"""

import asyncio
import logging
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import Error, connections
from django.http import HttpRequest
from wagtail.models import Page

from galley.statistics.storing import store

logger = logging.getLogger(__name__)

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

# The key in the message `http.response.start`. Servers ignore keys that they don't know.
PAGE = "galley.page"
FLUSH_SECONDS = 5.0

DOCUMENT = b"document"
# With the first two, visitors object. With the others, a browser loads a page that nobody may look at, or htmx a part.
SIGNALS = frozenset({b"dnt", b"sec-gpc", b"sec-purpose", b"purpose", b"x-purpose", b"x-moz", b"hx-request"})
OBJECTIONS = frozenset({b"dnt", b"sec-gpc"})
# All browsers call themselves Mozilla. Most programs don't, or they add their name or a web address. A list of a
# thousand names would have to be updated, and a search in it would hold up the event loop for each new name.
ROBOT = re.compile(
    rb"(?<!cu)bot\b|bot[/_-]|crawl|spider|slurp|scan|monitor|preview|fetch|archiv|headless|lighthouse|externalhit"
    rb"|externalagent|validator|python|curl|wget|https?:|compatible;|@",
    re.IGNORECASE,
)

_served: ContextVar[list[int] | None] = ContextVar("served", default=None)


@lru_cache(maxsize=1_024)
def is_browser(user_agent: bytes) -> bool:
    """Return whether the header `User-Agent` is that of a browser, and of no robot."""
    return user_agent.startswith((b"Mozilla/5.0 ", b"Opera/")) and not ROBOT.search(user_agent)


def is_visit(headers: dict[bytes, bytes]) -> bool:
    """Return whether somebody looks at the page who doesn't object to being counted."""
    return (
        (SIGNALS.isdisjoint(headers) or _says_no_more_than_zero(headers))
        and headers.get(b"sec-fetch-dest", DOCUMENT) == DOCUMENT
        and is_browser(headers.get(b"user-agent", b""))
    )


def _says_no_more_than_zero(headers: dict[bytes, bytes]) -> bool:
    """Return whether the only signals are `DNT: 0` or `Sec-GPC: 0`, which object to nothing."""
    return all(name in OBJECTIONS and headers[name] != b"1" for name in SIGNALS & headers.keys())


def note_page(serve: Callable[..., Any]) -> Callable[..., Any]:
    """Return `serve`, which notes which page it serves: Wagtail's hook `on_serve_page`.

    It is the last in the chain. A page with a view restriction is served when the visitor may read it.
    """

    def serve_and_note(page: Page, request: HttpRequest, args: Any, kwargs: Any) -> Any:
        is_signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
        if (served := _served.get()) is not None and not is_signed_in:
            served.append(page.pk)
        return serve(page, request, args, kwargs)

    return serve_and_note


def name_pages(app: ASGIApp) -> ASGIApp:
    """Return `app`, a Django application, whose successful HTML responses name their page."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        served: list[int] = []

        async def send_named(message: Any) -> None:
            if served and message["type"] == "http.response.start" and message["status"] == 200:
                headers = {name.lower(): value for name, value in message["headers"]}
                if headers.get(b"content-type", b"").startswith(b"text/html"):
                    message = {**message, PAGE: served[0]}
            await send(message)

        token = _served.set(served)
        try:
            await app(scope, receive, send_named)
        finally:
            _served.reset(token)

    return application


class VisitCounter:
    """ASGI application around a site's own: counts the visits of each page. Used on the event loop alone."""

    def __init__(self, app: ASGIApp, flush_seconds: float = FLUSH_SECONDS) -> None:
        self.app = app
        self.counts: defaultdict[int, int] = defaultdict(int)
        self._flush_seconds = flush_seconds
        self._is_due = False
        self._flushing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the site does."""
        if scope["type"] == "lifespan":
            await self.app(scope, self._flushing_before_the_end(receive), send)
        elif scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
        else:

            async def send_and_count(message: Any) -> None:
                if PAGE in message:
                    self.count(dict(scope["headers"]), message)
                await send(message)

            await self.app(scope, receive, send_and_count)

    def count(self, headers: dict[bytes, bytes], start: Any) -> None:
        """Count a visit, if a GET with `headers` is one and the message `start` begins a response with a page.

        The page cache calls it, as its `on_hit`, for answers that don't pass this application, and that wait for it.
        """
        if PAGE in start and is_visit(headers):
            self.counts[start[PAGE]] += 1
            if not self._is_due:
                self._is_due = True
                asyncio.get_running_loop().call_later(self._flush_seconds, self._begin_flush)

    def _begin_flush(self) -> None:
        self._flushing = asyncio.get_running_loop().create_task(self.flush())

    async def flush(self) -> None:
        """Store the counts, in a thread. If the database fails, they wait for the next time."""
        counts, self.counts, self._is_due = self.counts, defaultdict(int), False
        if counts and not await asyncio.to_thread(_store_in_thread, counts):
            for page, count in counts.items():
                self.counts[page] += count

    def _flushing_before_the_end(self, receive: Any) -> Any:
        async def receive_and_flush() -> Any:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                if self._flushing:
                    await self._flushing
                await self.flush()
            return message

        return receive_and_flush


def _store_in_thread(counts: dict[int, int]) -> bool:
    """Return whether the counts were stored."""
    try:
        store(counts)
    except Error:
        logger.exception("The visits of the last seconds could not be stored. The next time, they are tried again.")
        return False
    finally:
        connections.close_all()
    return True
