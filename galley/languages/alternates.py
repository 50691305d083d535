"""The translations that visitors may read: for `hreflang`, the site map and the language switch."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.encoding import escape_uri_path
from django.utils.translation import get_language, get_language_info, gettext, override
from wagtail.models import Page, Site

from galley.languages.conf import has_several_languages, shorten
from galley.page_cache.root_pages import find_public_pages, find_root_page, find_root_pages

X_DEFAULT = "x-default"


@dataclass(frozen=True)
class Alternate:
    """The full URL of a translation, and its language: a code of BCP 47, or `x-default`."""

    language: str
    url: str


@dataclass(frozen=True)
class LanguageLink:
    """An entry of the language switch. `note` says where the link leads if not to a translation of the page."""

    language: str
    name: str
    url: str
    note: str = ""
    is_current: bool = False


def find_alternates(pages: Iterable[Page], request: HttpRequest | None) -> dict[str, list[Alternate]]:
    """Return the translations of each of `pages`, by its full URL; none for pages without one. Blocks: one query.

    They are live and public, each in a language whose home page is live. Search engines want a page among its own
    alternates. The page in the first language is the one for all other readers, `x-default`.
    """
    by_key: dict[uuid.UUID, list[Alternate]] = defaultdict(list)
    for page in _find_readable({page.translation_key for page in pages}, request):
        if url := page.get_full_url(request):
            by_key[page.translation_key].append(Alternate(tag_of(page.locale.language_code), url))
    first = tag_of(settings.LANGUAGE_CODE)
    for found in by_key.values():
        found += [Alternate(X_DEFAULT, one.url) for one in found if one.language == first]
    several = (found for found in by_key.values() if len({one.url for one in found}) > 1)
    return {one.url: found for found in several for one in found}


def tag_of(language_code: str) -> str:
    """Return the language tag of BCP 47 for Django's code: `en-GB` for `en-gb`, `zh-Hans` for `zh-hans`."""
    language, *rest = language_code.split("-")
    return "-".join([language, *(part.upper() if len(part) == 2 else part.title() for part in rest)])


def _find_readable(keys: set[uuid.UUID], request: HttpRequest | None) -> list[Page]:
    site = Site.find_for_request(request) if request else None
    if site is None or not has_several_languages() or not keys:
        return []
    order = list(dict(settings.LANGUAGES))
    pages = find_public_pages(site).filter(translation_key__in=keys, alias_of=None)
    found = pages.filter(locale__language_code__in=order).select_related("locale")
    return sorted(found, key=lambda page: order.index(page.locale.language_code))


def find_language_links(page: Any, request: HttpRequest | None) -> list[LanguageLink]:
    """Return a link for each language of the site; none if only one has a live home page. Blocks: two queries.

    It leads to the translation of `page`. Where there is none, it leads to the home page in that language, and says so.
    A route of `page`, such as the posts with a tag, leads to the same route, or to the nearest above it that there is.
    """
    site = Site.find_for_request(request) if request else None
    homes = find_root_pages(site) if site else []
    if request is None or len(homes) < 2:
        return []
    keys = {page.translation_key} if isinstance(page, Page) else set()
    pages = {found.locale.language_code: found for found in _find_readable(keys, request)}
    route = _find_route(page, request) if pages else ""
    return [_build_link(home, pages.get(home.locale.language_code), route, request) for home in homes]


def _find_route(page: Any, request: HttpRequest) -> str:
    """Return what follows the URL of `page` in the path: `tags/kestrels/` for `/blog/tags/kestrels/`."""
    url = unquote(page.get_url(request) or "")
    has_routes = hasattr(page, "has_answer") and url and request.path.startswith(url)
    return request.path.removeprefix(url) if has_routes else ""


def _build_link(home: Page, translation: Page | None, route: str, request: HttpRequest) -> LanguageLink:
    code = home.locale.language_code
    name = _own_name(code)
    if code == get_language():
        return LanguageLink(tag_of(code), name, request.path, is_current=True)
    match = request.resolver_match
    if match and not (match.args or match.kwargs):
        # A view without arguments, such as the search, is the same in each language.
        return LanguageLink(tag_of(code), name, translate_url(request.path, code))
    with override(code):
        target = translation or home
        found = _find_nearest(translation, route, request) if translation and route else ""
        note = gettext("front page") if not translation else target.title if found != route else ""
        return LanguageLink(tag_of(code), name, (target.get_url(request) or "/") + escape_uri_path(found), note)


def _find_nearest(page: Page, route: str, request: HttpRequest) -> str:
    """Return `route`, or the longest beginning of it that `page` answers; an empty text if it answers none."""
    page = page.specific_deferred
    while route and not page.has_answer(request, f"/{route}"):
        route = "".join(route.rstrip("/").rpartition("/")[:2])
    return route


def _own_name(code: str) -> str:
    """Return the name of a language in itself: of the region only where the site has the language of two."""
    name: str = get_language_info(shorten(code))["name_local"]
    return name


def translation_id(key: uuid.UUID) -> uuid.UUID:
    """Return the id of a translation, for feeds: `key` itself in the first language, as it was without others."""
    language = get_language()
    return key if language in (None, settings.LANGUAGE_CODE) else uuid.uuid5(key, language)


def find_home(request: HttpRequest | None) -> Page | None:
    """Return the home page in the language of `request`; the site's root page if that language has none. Blocks."""
    site = Site.find_for_request(request) if request else None
    return (find_root_page(site) or site.root_page) if site else None
