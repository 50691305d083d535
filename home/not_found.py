"""The answer to an address that leads nowhere.

Django renders its 404 page in a thread of its own (`django.core.handlers.exception.convert_exception_to_response`,
`thread_sensitive=False`). Ours reads the menu: there it would open a second database connection that nobody closes.
So the handler hands back an empty response, and the middleware fills it in on the request's own thread, after
`RedirectMiddleware` has had its chance to know better.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from wagtail.models import Site

from galley.page_cache.versioned import use_version_of
from home.sections import find_home_sections


class NotFoundPage(HttpResponseNotFound):
    """A 404 whose page is still to be rendered."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self._request = request

    def render_page(self) -> None:
        """Fill in the page, with what apps add to it. Blocks: reads the database."""
        site = Site.find_for_request(self._request)
        with use_version_of(self._request):
            sections = find_home_sections(self._request, site.root_page, "not_found_sections") if site else []
            self.content = render_to_string("404.html", {"sections": sections}, self._request)


def page_not_found(request: HttpRequest, exception: Exception) -> NotFoundPage:
    """Django's `handler404`."""
    return NotFoundPage(request)


class NotFoundPageMiddleware:
    """Renders the page of a `NotFoundPage` that comes by. Sync and async, whichever the chain is."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Return the response of the inner layers, with its page."""
        if self._is_async:
            return self._answer_async(request)
        response: HttpResponseBase = self.get_response(request)
        if isinstance(response, NotFoundPage):
            response.render_page()
        return response

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = await self.get_response(request)
        if isinstance(response, NotFoundPage):
            await sync_to_async(response.render_page)()
        return response
