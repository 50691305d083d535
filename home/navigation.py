"""The main menu, for every template."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page, Site

from galley.page_cache.versioned import cached


@dataclass(frozen=True)
class MenuItem:
    """A page of the main menu, as the running head prints it."""

    label: str
    url: str
    is_current: bool
    """The page that is being read."""
    is_section: bool
    """The page that is being read, or one above it."""


def main_menu(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """Context processor: `main_menu` is a list of `MenuItem`; it costs no query unless a template reads it."""
    return {"main_menu": SimpleLazyObject(lambda: menu_items(request))}


def menu_items(request: HttpRequest) -> list[MenuItem]:
    """Return what the menu shows: the live, public pages marked for menus directly under the site's front page."""
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
