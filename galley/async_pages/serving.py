"""Serves Wagtail's pages with fewer questions: which site, which page and whether it is restricted is kept.

Wagtail's own view does the rest: hooks, restrictions and `page.serve()` are called as ever. It is given what it would
look up first, in the places where Wagtail itself remembers it for the rest of a request.
"""

from contextlib import suppress
from functools import lru_cache
from itertools import accumulate
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve as wagtail_serve

from galley.async_pages.async_views import AsyncRoutablePageMixin
from galley.async_pages.fetch_metadata import is_cross_origin_write
from galley.page_cache.versioned import cached, use_current_version

# What was found at an address: the page's type and id, whether nothing restricts who may read it, and what of the
# address is left for one of the page's routes.
Found = tuple[Any, int, bool, tuple[str, ...]]

FOREIGN = _("This was sent from a page of another site, so nothing was done with it. Please use the form on this site.")


@csrf_exempt
def serve(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with the page at `path`. Blocks: Django calls it in a thread, where all that waits is done at once.

    Pages need no CSRF token: what another site sends is refused by what the browser says of it.
    """
    if is_cross_origin_write(request):
        return HttpResponseForbidden(FOREIGN, content_type="text/plain")
    with use_current_version(request):
        find_route(request, path)
        return _rendered(wagtail_serve(request, path))


def find_route(request: HttpRequest, path: str) -> None:
    """Look up the page at `path` for `Page.route_for_request`; where a page has a way of its own, leave it to that."""
    site = request._wagtail_site  # type: ignore[attr-defined]
    if site is None:
        return
    found = cached(("route", site.pk, get_language(), path), lambda: _find_page(site, path))
    if found is None:
        return
    model, pk, is_open, rest = found
    with suppress(model.DoesNotExist):
        page = model.objects.select_related(*_foreign_keys(model)).get(pk=pk)
        page.is_known_to_be_open = is_open
        route = RoutablePageMixin.route(page, request, list(rest)) if rest else RouteResult(page)
        request._wagtail_route_for_request = route  # type: ignore[attr-defined]


def _find_page(site: Site, path: str) -> Found | None:
    """Return the live page at `path`, or the one above whose route it is. Two queries.

    None if there is none, or if a page on the way there takes addresses apart in a way of its own.
    """
    root = site.root_page.localized
    names = [name for name in path.split("/") if name]
    addresses = [f"{root.url_path}{rest}" for rest in accumulate((f"{name}/" for name in names), initial="")]
    above = [root.path[:end] for end in range(root.steplen, len(root.path), root.steplen)]
    on_the_way = Q(url_path__in=addresses, path__startswith=root.path) | Q(path__in=above)
    pages = list(Page.objects.filter(on_the_way).order_by("depth"))
    way = pages[len(above) :]
    if not way or [page.url_path for page in way] != addresses[: len(way)] or not way[-1].live:
        return None
    models, rest = [page.specific_class for page in way], names[len(way) - 1 :]
    if not all(map(_looks_for_pages_first, models)) or (rest and not _has_route(models[-1], rest)):
        return None
    return models[-1], way[-1].pk, not _find_restrictions(pages).exists(), tuple(rest)


def _looks_for_pages_first(model: Any) -> bool:
    return model is not None and model.route in {Page.route, AsyncRoutablePageMixin.route}


def _has_route(model: Any, path_components: list[str]) -> bool:
    return issubclass(model, AsyncRoutablePageMixin) and model.has_route(path_components)


def _find_restrictions(pages: list[Page]) -> QuerySet[PageViewRestriction]:
    """Return the restrictions on the last of `pages`, which comes after all that it stands under."""
    if any(page.alias_of_id for page in pages):
        return pages[-1].get_view_restrictions()
    return PageViewRestriction.objects.filter(page__in=pages)


@lru_cache
def _foreign_keys(model: Any) -> list[str]:
    """Return the relations to be read together with a page: those to one object that its own type adds."""
    return [
        field.name for field in model._meta.local_fields if field.many_to_one and not field.remote_field.parent_link
    ] or ["locale"]


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    """Return `response`, rendered in this very thread if it is a template's: Django would change threads for that."""
    if isinstance(response, SimpleTemplateResponse):
        response.render()
        response.render = None  # type: ignore[assignment,method-assign]  # nothing is left to be called
    return response
