"""The home pages of a site: one, or with `WAGTAIL_I18N_ENABLED` one in each language; and translations of any page."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language
from wagtail.models import Page, Site
from wagtail.query import PageQuerySet

from galley.page_cache.versioned import cached


def find_root_page(site: Site | None) -> Page | None:
    """Return the home page of `site` in the active language; None if there is no live one, or no site. Blocks.

    Wagtail's `localized` would return the home page in another language then.
    """
    if site is None:
        return None
    root = site.root_page
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False) or root.locale.language_code == get_language():
        return root
    return next((page for page in find_root_pages(site) if page.locale.language_code == get_language()), None)


def find_root_pages(site: Site) -> list[Page]:
    """Return the site's root page, and its live translations in the languages of the settings. Blocks."""
    root = site.root_page
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        return [root]
    return cached(("root pages", site.pk), lambda: [root, *_find_translations(root)])


def _find_translations(root: Page) -> list[Page]:
    codes = dict(settings.LANGUAGES)
    pages = root.get_translations().live().filter(locale__language_code__in=codes).select_related("locale")
    return sorted(pages, key=lambda page: list(codes).index(page.locale.language_code))


def translate_pages(pages: Iterable[Page]) -> dict[int, Page]:
    """Return what stands for each of `pages` in the active language, by the id of the page. Blocks.

    It is the page itself, or its live, public translation. Pages without one are left out.
    """
    found = {page.pk: page for page in pages}
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        return found
    keys = [page.translation_key for page in found.values()]
    others = Page.objects.live().public().filter(translation_key__in=keys, locale__language_code=get_language())
    by_key = {page.translation_key: page for page in others}
    return {pk: by_key[page.translation_key] for pk, page in found.items() if page.translation_key in by_key}


def find_public_pages(site: Site) -> PageQuerySet:
    """Return the live, public pages of `site`, in all of its languages."""
    below = (("path__startswith", root.path) for root in find_root_pages(site))
    return Page.objects.live().public().filter(Q(*below, _connector=Q.OR))
