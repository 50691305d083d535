"""The main menu."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page, Site

from galley.page_cache.versioned import cached


@dataclass(frozen=True)
class MenuItem:
    """An entry of the main menu."""

    label: str
    url: str
    is_current: bool
    """Whether it is the current page."""
    is_section: bool
    """Whether it is the current page or a page above it."""


def main_menu(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """Context processor: `main_menu` is a lazy list of `MenuItem`, without a query until a template reads it."""
    return {"main_menu": SimpleLazyObject(lambda: menu_items(request))}


def menu_items(request: HttpRequest) -> list[MenuItem]:
    """Return the entries: the live, public children of the site's root page that are marked for menus."""
    site = Site.find_for_request(request)
    if site is None:
        return []
    return [
        MenuItem(label, url, is_current=request.path == url, is_section=bool(url) and request.path.startswith(url))
        for label, url in cached(("menu", site.pk), lambda: _find_links(site, request))
    ]


def _find_links(site: Site, request: HttpRequest) -> list[tuple[str, str]]:
    pages = Page.objects.child_of(site.root_page).live().public().in_menu()
    return [(page.title, page.get_url(request) or "") for page in pages]
