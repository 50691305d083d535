"""Django's own middleware, without a change of thread where there is nothing to wait for.

Under ASGI, Django calls `process_request` and `process_response` of each of its middlewares in a thread, sixteen
changes for a page, although most of them only look at headers. These run them where they are, on the event loop; what
may read or write the database, or read a large body, goes to the thread as before. In a synchronous chain (WSGI,
previews) they are just what they inherit from.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware import clickjacking, common, csrf, security
from wagtail.contrib.redirects import middleware as redirects

from galley.async_pages.fetch_metadata import SAFE_METHODS


class AsyncMiddlewareMixin:
    """For a `MiddlewareMixin` whose methods compute and don't wait; `response_blocks` says when the answer does."""

    get_response: Callable[[HttpRequest], Any]

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer `request` as `MiddlewareMixin.__acall__` does."""
        process_request = getattr(self, "process_request", None)
        response = process_request(request) if process_request else None
        response = response or await self.get_response(request)
        process_response = getattr(self, "process_response", None)
        if process_response is None:
            return response
        if self.response_blocks(request, response):
            return await sync_to_async(process_response)(request, response)
        return process_response(request, response)

    def response_blocks(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Return whether `process_response` may block this time, and so needs a thread."""
        return False


class SecurityMiddleware(AsyncMiddlewareMixin, security.SecurityMiddleware):
    """Redirects to HTTPS and sets headers."""


class CommonMiddleware(AsyncMiddlewareMixin, common.CommonMiddleware):
    """Appends slashes and counts the length."""


class XFrameOptionsMiddleware(AsyncMiddlewareMixin, clickjacking.XFrameOptionsMiddleware):
    """Sets a header."""


class AuthenticationMiddleware(AsyncMiddlewareMixin, auth.AuthenticationMiddleware):
    """Makes `request.user`, which is looked up when somebody asks for it."""


class SessionMiddleware(AsyncMiddlewareMixin, sessions.SessionMiddleware):
    """Makes the session, which is read when somebody asks for it, and written if somebody changed it."""

    def response_blocks(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Return whether the session may have to be written."""
        return request.session.modified or settings.SESSION_SAVE_EVERY_REQUEST


class MessageMiddleware(AsyncMiddlewareMixin, messages.MessageMiddleware):
    """Keeps messages from one page to the next."""

    def response_blocks(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Return whether messages were read or added, and so the session has to be read or written."""
        kept = getattr(request, "_messages", None)
        return bool(kept is not None and (kept.used or kept.added_new))


class RedirectMiddleware(AsyncMiddlewareMixin, redirects.RedirectMiddleware):
    """Looks for a redirect where there is no page."""

    def response_blocks(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Return whether a redirect has to be looked up."""
        return response.status_code == 404


class CsrfViewMiddleware(AsyncMiddlewareMixin, csrf.CsrfViewMiddleware):
    """Checks the token of what is sent in a form: that may be a large body, and parsing it takes time."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        if self.async_mode:
            self.process_view = self._process_view_async  # type: ignore[method-assign,assignment]

    async def _process_view_async(self, request: HttpRequest, *view: Any) -> HttpResponseBase | None:
        check = super().process_view
        return check(request, *view) if request.method in SAFE_METHODS else await sync_to_async(check)(request, *view)
