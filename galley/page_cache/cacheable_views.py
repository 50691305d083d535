"""Async views that anybody may read and any cache may store: feeds, sitemaps, files at well-known URLs."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.http import parse_http_date_safe
from django.views.decorators.http import require_safe
from wagtail.models import Site

from galley.page_cache.versioned import use_current_version

AsyncView = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


def cacheable_view(view: Callable[..., HttpResponse]) -> AsyncView:
    """Return an async view for the sync `view`, whose response must not depend on the visitor.

    `view` may block. It is called once, in a thread, and may use the versioned cache. Caches may store the response if
    they revalidate it each time, by its ETag or by the `Last-Modified` that `view` may set.
    """

    @require_safe
    @wraps(view)
    async def async_view(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        return await sync_to_async(respond)(request, **arguments)

    def respond(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        with use_current_version(request):
            return make_cacheable(request, view(request, **arguments))

    return async_view


def make_cacheable(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Return `response` as public, or 304 if the client has the same one (RFC 9110, section 13)."""
    if response.status_code != 200:
        return response
    patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
    set_response_etag(response)
    modified = response.headers.get("Last-Modified")
    seconds = parse_http_date_safe(modified) if modified else None
    return get_conditional_response(request, response["ETag"], seconds, response) or response


def require_site(request: HttpRequest) -> Site:
    """Return the site of `request`. Raises Http404 if there is none."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    return site
