"""Views of what is everybody's and made of the site's content: feeds, the site map, the files at fixed addresses."""

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


def cacheable_view(make: Callable[..., HttpResponse]) -> AsyncView:
    """Return an async view that answers with what `make(request, …)` makes of the content, the same for everybody.

    `make` may block: it is called in a thread, once, with the versioned cache on. Caches may store the answer if they
    revalidate it each time: by its ETag or, if `make` sets it, its `Last-Modified`.
    """

    @require_safe
    @wraps(make)
    async def view(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        return await sync_to_async(answer)(request, **arguments)

    def answer(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        with use_current_version(request):
            return make_cacheable(request, make(request, **arguments))

    return view


def make_cacheable(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Return `response` as everybody's, or 304 if whoever asks has it already (RFC 9110, section 13)."""
    if response.status_code != 200:
        return response
    patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
    set_response_etag(response)
    modified = response.headers.get("Last-Modified")
    seconds = parse_http_date_safe(modified) if modified else None
    return get_conditional_response(request, response["ETag"], seconds, response) or response


def require_site(request: HttpRequest) -> Site:
    """Return the site that `request` came to. Raises Http404 where there is none."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    return site
