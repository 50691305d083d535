"""Serves a page, or for an HTMX request only one partial of it. Both are one template (`django-template-partials`)."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page

from galley.page_cache.versioned import use_version_of


async def page_or_partial(
    request: HttpRequest, page: Page, template: str = "", partial: str = "listing", **context: Any
) -> HttpResponse:
    """An async view for `AsyncViewMixin`: returns `page`, or for HTMX the partial `partial` of its template.

    `context` is passed to `page.get_context`. `template` is for a route, whose template isn't the page's own.
    """
    return await sync_to_async(_render_page)(request, page, template, partial, context)


def _render_page(
    request: HttpRequest, page: Page, template: str, partial: str, extra_context: dict[str, Any]
) -> HttpResponse:
    with use_version_of(request):
        context = page.get_context(request, **extra_context)
        return render_whole_or_partial(request, template or page.get_template(request), context, partial)


def render_whole_or_partial(
    request: HttpRequest, template: str, context: dict[str, Any], partial: str = "listing"
) -> HttpResponse:
    """Return `template` rendered, or for HTMX only its partial `partial`. Blocks: queries and templates."""
    htmx = getattr(request, "htmx", None)  # a dummy request of a preview may have skipped the middleware
    if htmx and not htmx.history_restore_request:  # to restore a page of the browser's history, it needs the whole page
        template = f"{template}#{partial}"
    response = TemplateResponse(request, template, context).render()
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def lazy_context(names: Iterable[str], build: Callable[[], Mapping[str, Any]]) -> dict[str, SimpleLazyObject]:
    """Return the `names` of the context `build()`. It is called once, when the template first uses one of them.

    A template that is served from the cache uses none of them, and makes no query.
    """
    built = cache(build)
    return {name: SimpleLazyObject(lambda name=name: built()[name]) for name in names}  # type: ignore[misc]
