"""Says of each page whether it is everybody's: for this cache, and for every other on the way to the visitor."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control

from galley.async_pages.middleware import AsyncMiddlewareMixin


class PublicPagesMiddleware(AsyncMiddlewareMixin):
    """Sets `Cache-Control` on Wagtail's pages, unless something else has set it.

    Wagtail sets it on restricted pages, and views on their responses to a POST. This has to be the first middleware,
    so that it sees the final response.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response with its `Cache-Control`."""
        return label_page(request, response)


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
