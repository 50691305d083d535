"""Says of each page whether it is everybody's: for this cache, and for every other on the way to the visitor."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control


class PublicPagesMiddleware:
    """Gives the pages of Wagtail's tree a `Cache-Control`, where nothing else has given them one.

    Restricted pages have one from Wagtail, and what somebody sends from its view. It comes first of all middleware, so
    that it sees the answer as it goes out. Sync and async, whichever the chain is.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Return the response of the inner layers, with its `Cache-Control`."""
        if self._is_async:
            return self._answer_async(request)
        return label_page(request, self.get_response(request))

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        return label_page(request, await self.get_response(request))


def mark_as_page(request: HttpRequest) -> None:
    """Note that the answer to `request` is a page of Wagtail's tree."""
    request.edge_is_page = True  # type: ignore[attr-defined]


def label_page(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return `response`; if it is a page, with the word whether it is everybody's or this visitor's own."""
    if getattr(request, "edge_is_page", False) and not response.has_header("Cache-Control"):
        if is_everybodys(request, response):
            shared = {"s_maxage": settings.PAGE_CACHE_SHARED_MAX_AGE} if settings.PAGE_CACHE_SHARED_MAX_AGE else {}
            patch_cache_control(response, public=True, max_age=0, must_revalidate=True, **shared)
        else:
            patch_cache_control(response, private=True)
    return response


def is_everybodys(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether anybody would get the same: who asks is nobody in particular, and gets nothing to keep."""
    return (
        request.method in {"GET", "HEAD"}
        and response.status_code == 200
        and not response.streaming
        and not request.COOKIES
        and "HTTP_AUTHORIZATION" not in request.META
        # Set as soon as the CSRF token is asked for.
        and "CSRF_COOKIE" not in request.META
        and not response.cookies
        and not getattr(request, "is_preview", False)
    )
