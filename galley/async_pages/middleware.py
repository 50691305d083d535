"""A base class for sync and async middleware, and Django's own middleware without needless thread hops.

Under ASGI, Django calls `process_request` and `process_response` of its own middleware in a thread. That makes sixteen
thread hops for a page, although most of these methods only read headers. Here they run on the event loop. A method that
may query the database or read a large body still runs in a thread. In a sync chain (WSGI, previews) nothing changes.
"""

import logging
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware import clickjacking, common, csrf, security
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.contrib.redirects import middleware as redirects

from galley.async_pages.bad_values import refuse_bad_value
from galley.async_pages.deleted_choices import submit_again
from galley.async_pages.fetch_metadata import SAFE_METHODS
from galley.async_pages.redirect_chains import find_end
from galley.async_pages.redirects import find_moved_url

logger = logging.getLogger(__name__)

_THIS_COMPUTER = re.compile(r"((.*\.)?localhost|127\.[\d.]+|\[::1\])(:\d+)?")
_LOOP = gettext_lazy(
    "This site is set up wrongly. Your browser asked by HTTPS, but the server in front of the site doesn't say so: "
    "the header %(name)s should be %(expected)s, and is: %(got)s. Please tell the people who run the site."
)


class AsyncMiddlewareMixin(MiddlewareMixin):
    """A middleware whose `process_request` and `process_response` run on the event loop under ASGI.

    They must not block. `response_blocks` returns True for the responses whose `process_response` does.
    """

    get_response: Callable[[HttpRequest], Any]

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response, as `MiddlewareMixin.__acall__` does."""
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
        """Return whether `process_response` may block for this response, and so needs a thread."""
        return False


class SecurityMiddleware(AsyncMiddlewareMixin, security.SecurityMiddleware):
    """Redirects to HTTPS and sets security headers.

    A browser that has asked by HTTPS would be redirected for ever if a proxy doesn't say so. It gets the cause instead.
    Browsers send `Sec-Fetch-Site` (Fetch Metadata Request Headers, W3C) by HTTPS only, and to their own machine.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:  # type: ignore[override]
        """Return the redirect to HTTPS, or status 421 with the cause of a loop."""
        redirect: HttpResponse | None = super().process_request(request)
        if redirect is None or "Sec-Fetch-Site" not in request.headers or _THIS_COMPUTER.fullmatch(request.get_host()):
            return redirect
        key, expected = settings.SECURE_PROXY_SSL_HEADER or ("HTTP_X_FORWARDED_PROTO", "https")
        name = key.removeprefix("HTTP_").replace("_", "-").title()
        got = request.META.get(key, "")[:200] or _("nothing")
        _log_loop(request.get_host(), name, expected, got)
        text = _LOOP % {"name": name, "expected": expected, "got": got}
        return HttpResponse(text, status=421, content_type="text/plain; charset=utf-8")


# Logged once for each, however many visitors come.
@lru_cache(maxsize=100)
def _log_loop(host: str, name: str, expected: str, got: str) -> None:
    logger.warning(
        "Browsers that ask https://%s would be redirected there for ever. A proxy has to pass the header %s as %s; it "
        "arrives as %s. If it does pass it, set SECURE_PROXY_SSL_HEADER.",
        host,
        name,
        expected,
        got,
    )


class CommonMiddleware(AsyncMiddlewareMixin, common.CommonMiddleware):
    """Appends slashes, sets `Content-Length`, and answers two kinds of requests that a view has failed at.

    400 where a value can't be read; the form with its errors where something that was chosen has been deleted.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Return the answer to such a request."""
        return refuse_bad_value(request, exception) or submit_again(request, exception)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return Django's response; a 304 without a length, which would be that of a 200 (RFC 9110, 8.6)."""
        response = super().process_response(request, response)
        if response.status_code == 304:
            del response["Content-Length"]
        return response


class XFrameOptionsMiddleware(AsyncMiddlewareMixin, clickjacking.XFrameOptionsMiddleware):
    """Sets `X-Frame-Options`."""


class AuthenticationMiddleware(AsyncMiddlewareMixin, auth.AuthenticationMiddleware):
    """Sets `request.user`, a lazy object."""


class SessionMiddleware(AsyncMiddlewareMixin, sessions.SessionMiddleware):
    """Sets `request.session`, which is read lazily, and saved if it was modified."""

    def response_blocks(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Return whether the session will be saved."""
        return request.session.modified or settings.SESSION_SAVE_EVERY_REQUEST


class MessageMiddleware(AsyncMiddlewareMixin, messages.MessageMiddleware):
    """Sets `request._messages`, a lazy storage."""

    def response_blocks(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Return whether messages were read or added, so that the session is read or saved."""
        storage = getattr(request, "_messages", None)
        return bool(storage is not None and (storage.used or storage.added_new))


class RedirectMiddleware(AsyncMiddlewareMixin, redirects.RedirectMiddleware):
    """Looks for a redirect in place of a 404 response, also of what was below a page that was moved."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the redirect, unless it leads back: a page may come back to a URL and be unpublished there."""
        redirect = super().process_response(request, response)
        is_without_query = redirect is not response and request.META.get("QUERY_STRING")
        if response.status_code == 404 and (redirect is response or is_without_query):
            url = find_moved_url(request)
            if url and (redirect is response or url.partition("?")[0] == redirect.url):
                redirect = HttpResponsePermanentRedirect(url)
        if redirect is response or (end := find_end(request, redirect.url)) is None:
            return response
        redirect["Location"] = iri_to_uri(end)
        # A browser that remembers it would go in circles once the page is moved back.
        patch_cache_control(redirect, no_cache=True)
        return redirect

    def response_blocks(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Return whether the database is asked for a redirect."""
        return response.status_code == 404


class CsrfViewMiddleware(AsyncMiddlewareMixin, csrf.CsrfViewMiddleware):
    """Checks the token of unsafe requests in a thread, since parsing a large body takes long."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        if self.async_mode:
            self.process_view = self._process_view_async  # type: ignore[method-assign,assignment]

    async def _process_view_async(self, request: HttpRequest, *view: Any) -> HttpResponseBase | None:
        check = super().process_view
        return check(request, *view) if request.method in SAFE_METHODS else await sync_to_async(check)(request, *view)
