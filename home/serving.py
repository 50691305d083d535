"""Serves Wagtail's pages with fewer questions: which site, which page and whether it is restricted is kept.

Wagtail's own view does the rest: hooks, restrictions and `page.serve()` are called as ever. It is given what it would look
up first, in the places where Wagtail itself remembers it for the rest of a request.
"""

from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils.translation import get_language
from wagtail.models import Page, Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve as wagtail_serve

from changes.version import read_version
from home.kept import keep, keeping


def serve(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with the page at `path`. Blocks: Django calls it in a thread, and once is enough for all there is to do."""
    request.content_version = read_version()  # type: ignore[attr-defined]
    with keeping(request.content_version):  # type: ignore[attr-defined]
        find_site(request)
        find_route(request, path)
        return _rendered(wagtail_serve(request, path))


def find_site(request: HttpRequest) -> None:
    """Look up the site of `request` and the addresses of all sites, for `Site.find_for_request` and `Page.get_url`."""
    address = request.get_host(), request.get_port()
    request._wagtail_site = keep(  # type: ignore[attr-defined]
        ("site", *address), lambda: Site._find_for_request(request)
    )
    request._wagtail_cached_site_root_paths = keep(  # type: ignore[attr-defined]
        "site root paths", Site.get_site_root_paths
    )


def find_route(request: HttpRequest, path: str) -> None:
    """Look up the page at `path`, for `Page.route_for_request`; where a page has routes of its own, leave it to that."""
    site = request._wagtail_site  # type: ignore[attr-defined]
    if site is None:
        return
    found = keep(("route", site.pk, get_language(), path), lambda: _find_page(site, path))
    if found is None:
        return
    model, pk, is_open = found
    page = model.objects.select_related(*_foreign_keys(model)).filter(pk=pk, live=True).first()
    if page is not None:
        page.is_known_to_be_open = is_open
        request._wagtail_route_for_request = RouteResult(page)  # type: ignore[attr-defined]


def _find_page(site: Site, path: str) -> tuple[type[Page], int, bool] | None:
    """Return type and id of the live page at `path`, and whether no restriction holds there. Two queries, or three.

    None if there is none, or if a page on the way there takes addresses apart in a way of its own.
    """
    root = site.root_page.localized
    addresses = [root.url_path, *_addresses_below(root.url_path, path)]
    pages = list(Page.objects.filter(url_path__in=addresses, path__startswith=root.path).order_by("depth"))
    if [page.url_path for page in pages] != addresses or not all(map(_has_plain_route, pages)):
        return None
    target = pages[-1]
    return (target.specific_class, target.pk, not target.get_view_restrictions().exists()) if target.live else None


def _addresses_below(root: str, path: str) -> Iterator[str]:
    components = [component for component in path.split("/") if component]
    return accumulate((f"{component}/" for component in components[1:]), initial=f"{root}{components[0]}/") if components else iter(())


def _has_plain_route(page: Page) -> bool:
    model = page.specific_class
    return model is not None and model.route is Page.route


@cache
def _foreign_keys(model: type[Page]) -> list[str]:
    """Return the relations to be read together with a page: those to one object that its own type adds."""
    return [
        field.name
        for field in model._meta.local_fields
        if field.many_to_one and not field.remote_field.parent_link
    ] or ["locale"]


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    """Return `response`, rendered in this very thread if it is a template's: Django would change threads for that."""
    if isinstance(response, SimpleTemplateResponse):
        response.render()
        response.render = None  # type: ignore[assignment,method-assign]  # nothing is left to be called
    return response
