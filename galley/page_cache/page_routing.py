"""Serves Wagtail's pages with few queries: site, page and view restrictions of a URL are cached.

Wagtail's own view does the rest, with its hooks, restrictions and `page.serve()`. It finds the cached results on the
request, where Wagtail itself remembers them (`Site.find_for_request`, `Page.route_for_request`).
"""

import pickle
from contextlib import suppress
from itertools import accumulate
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve as wagtail_serve

from galley.async_pages import AsyncRoutablePageMixin, csrf_by_fetch_metadata
from galley.page_cache.root_pages import find_root_page
from galley.page_cache.tables import DRAFT_COLUMNS
from galley.page_cache.versioned import cached, use_current_version


class RouteMatch(NamedTuple):
    """The page for a URL."""

    page_type: Any
    pk: int
    is_public: bool
    """Whether neither the page nor a page above it has a view restriction."""
    route_components: tuple[str, ...]
    """The rest of the path, for a route of the page."""


@csrf_by_fetch_metadata
def serve(request: HttpRequest, path: str) -> HttpResponseBase:
    """Return the page at `path`. Blocks: Django calls it in a thread, in which the page is also rendered."""
    with use_current_version(request):
        cache_route(request, path)
        return _render(wagtail_serve(request, path))


def cache_route(request: HttpRequest, path: str) -> None:
    """Give `request` the page and route at `path`, unless a page on the way overrides Wagtail's routing."""
    site = request._wagtail_site  # type: ignore[attr-defined]
    if site is None:
        return
    match = cached(("route", site.pk, path), lambda: _match_route(site, path))
    if match is None:
        return
    with suppress(match.page_type.DoesNotExist):
        page = pickle.loads(cached(("page", match.pk), lambda: _read_page(match.page_type, match.pk)))  # noqa: S301
        page.is_known_public = match.is_public
        components = list(match.route_components)
        route = RoutablePageMixin.route(page, request, components) if components else RouteResult(page)
        request._wagtail_route_for_request = route  # type: ignore[attr-defined]


def _match_route(site: Site, path: str) -> RouteMatch | None:
    """Return the live page at `path`, or the page above it with a matching route. Two queries.

    None if there is none, or if the type of a page on the way overrides `route`. Raises Http404 if the site has no home
    page in the language of the request.
    """
    root = find_root_page(site)
    if root is None:
        raise Http404
    slugs = [slug for slug in path.split("/") if slug]
    url_paths = [f"{root.url_path}{rest}" for rest in accumulate((f"{slug}/" for slug in slugs), initial="")]
    above_root = [root.path[:end] for end in range(root.steplen, len(root.path), root.steplen)]
    on_the_way = Q(url_path__in=url_paths, path__startswith=root.path) | Q(path__in=above_root)
    ancestry = list(Page.objects.filter(on_the_way).order_by("depth"))
    pages = ancestry[len(above_root) :]
    if not pages or [page.url_path for page in pages] != url_paths[: len(pages)] or not pages[-1].live:
        return None
    page_types, components = [page.specific_class for page in pages], slugs[len(pages) - 1 :]
    if not all(getattr(one, "route", None) in {Page.route, AsyncRoutablePageMixin.route} for one in page_types):
        return None
    if components and not (issubclass(page_types[-1], AsyncRoutablePageMixin) and page_types[-1].has_route(components)):
        return None
    return RouteMatch(page_types[-1], pages[-1].pk, not _view_restrictions(ancestry).exists(), tuple(components))


def _view_restrictions(ancestry: list[Page]) -> QuerySet[PageViewRestriction]:
    """Return the view restrictions of the last page in `ancestry`, which lists it after all pages above it."""
    if any(page.alias_of_id for page in ancestry):
        return ancestry[-1].get_view_restrictions()
    return PageViewRestriction.objects.filter(page__in=ancestry)


def _read_page(page_type: Any, pk: int) -> bytes:
    """Return the pickled page, from which each request makes an object of its own.

    That takes a fiftieth of the time of the query. Columns whose changes make no new version are left out: who asks for
    one reads it from the database.
    """
    pages = page_type.objects.select_related(*_foreign_keys(page_type)).defer(*DRAFT_COLUMNS)
    return pickle.dumps(pages.get(pk=pk))


def _foreign_keys(page_type: Any) -> list[str]:
    """Return the foreign keys that a page type adds, to be read in the page's own query."""
    keys = [field for field in page_type._meta.local_fields if field.many_to_one and not field.remote_field.parent_link]
    return [field.name for field in keys if field.attname not in DRAFT_COLUMNS] or ["locale"]


def _render(response: HttpResponseBase) -> HttpResponseBase:
    """Return `response`; a template response is rendered in this thread, and becomes a plain response.

    Django would call `render` of a template response in a thread once more.
    """
    if not isinstance(response, SimpleTemplateResponse):
        return response
    response.render()
    rendered = HttpResponse(
        response.content, status=response.status_code, reason=response.reason_phrase, headers=response.headers
    )
    rendered.cookies = response.cookies
    return rendered
