"""The header and footer menus of every page, and the settings of its site."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page, Site

from galley.page_cache.root_pages import find_root_page
from galley.page_cache.versioned import cached
from galley.site_settings.menus import MenuLink, read_menu
from galley.site_settings.registered import find_settings


@dataclass(frozen=True)
class MenuItem:
    """An entry of the main menu. A submenu has no address."""

    label: str
    url: str
    is_current: bool
    """Whether it is the current page."""
    is_section: bool
    """Whether it is the current page or a page above it, or has such an entry."""
    links: tuple["MenuItem", ...] = ()


def menus(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """Context processor: lazy values, without a query until a template reads them.

    `main_menu` is a list of `MenuItem`, `footer_menu` of `MenuLink`. `site_settings` is empty if nobody has saved any.
    """
    return {
        "site_settings": SimpleLazyObject(lambda: find_settings(request) or ()),
        "main_menu": SimpleLazyObject(lambda: menu_items(request)),
        "footer_menu": SimpleLazyObject(lambda: footer_links(request)),
    }


def menu_items(request: HttpRequest) -> list[MenuItem]:
    """Return the entries of the menu in the settings; without one, the pages under the root page that are marked."""
    site = Site.find_for_request(request)
    if site is None:
        return []
    return [_mark(link, request.path) for link in cached(("menu", site.pk), lambda: _find_links(site, request))]


def footer_links(request: HttpRequest) -> list[MenuLink]:
    """Return the links of the footer menu."""
    settings = find_settings(request)
    return read_menu(settings.footer_menu, request) if settings else []


def _mark(link: MenuLink, path: str) -> MenuItem:
    links = tuple(_mark(one, path) for one in link.links)
    section = link.url.rstrip("/")
    is_section = path == link.url or (bool(section) and path.startswith(f"{section}/"))
    return MenuItem(link.label, link.url, path == link.url, is_section or any(one.is_section for one in links), links)


def _find_links(site: Site, request: HttpRequest) -> list[MenuLink]:
    settings = find_settings(request)
    if settings and settings.header_menu:
        return read_menu(settings.header_menu, request)
    pages = Page.objects.child_of(find_root_page(site) or site.root_page).live().public().in_menu()
    return [MenuLink(page.title, page.get_url(request) or "") for page in pages]
