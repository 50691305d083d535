"""Which requests are visits, and how a server process counts them without slowing its answers.

Django notes which page it serves (`note_page`), and `name_pages` writes the number of the page into the ASGI message
that starts the response. The page cache stores that with the response. So `VisitCounter` knows the page of each
response, also of those from memory, for which no view has run. It counts in memory, and writes every few seconds, in a
thread.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from wagtail.models import Page

from galley.async_pages.counting import AnswerCounter, ASGIApp, is_browser
from galley.statistics.storing import store

# The key in the message `http.response.start`. Servers ignore keys that they don't know.
PAGE = "galley.page"
FLUSH_SECONDS = 5.0

DOCUMENT = b"document"
# With the first two, visitors object. With the others, a browser loads a page that nobody may look at, or htmx a part.
SIGNALS = frozenset({b"dnt", b"sec-gpc", b"sec-purpose", b"purpose", b"x-purpose", b"x-moz", b"hx-request"})
OBJECTIONS = frozenset({b"dnt", b"sec-gpc"})

_served: ContextVar[list[int] | None] = ContextVar("served", default=None)


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


class VisitCounter(AnswerCounter):
    """ASGI application around a site's own: counts the visits of each page."""

    def __init__(self, app: ASGIApp, flush_seconds: float = FLUSH_SECONDS) -> None:
        super().__init__(app, flush_seconds)

    def note(self, scope: Any, start: Any) -> None:
        """Count a visit, if the response has a page."""
        if PAGE in start:
            self.count(dict(scope["headers"]), start)

    def count(self, headers: dict[bytes, bytes], start: Any) -> None:
        """Count a visit, if a GET with `headers` is one and the message `start` begins a response with a page.

        The page cache calls it, as its `on_hit`, for answers that don't pass this application, and that wait for it.
        """
        if PAGE in start and is_visit(headers):
            self.noted[start[PAGE]] = self.noted.get(start[PAGE], 0) + 1
            self.flush_later()

    def store(self, noted: dict[int, int]) -> None:
        """Write the counts, by page. Blocks."""
        store(noted)
