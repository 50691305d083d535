"""An announcement: a bar over every page, from one time until another, that readers can dismiss."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from wagtail.models import Site

from galley.page_cache.queries import expire_at
from galley.page_cache.versioned import cached
from galley.site_settings.menus import MenuLink, read_menu
from galley.site_settings.registered import find_settings


class Announcement(NamedTuple):
    """What stands in the bar. `key` changes with it, so that what a reader dismisses is this announcement alone."""

    text: str
    link: MenuLink | None
    key: str


def find_announcement(request: HttpRequest) -> list[Announcement]:
    """Return the announcement that shows now, or nothing. The response expires when that changes. Blocks."""
    site = Site.find_for_request(request)
    return cached(("announcement", site.pk), lambda: _find(request)) if site else []


def _find(request: HttpRequest) -> list[Announcement]:
    found = find_settings(request)
    if not (found and found.announcement):
        return []
    now = timezone.now()
    begins, ends = found.announcement_from, found.announcement_until
    for moment in (begins, ends):
        if moment and moment > now:
            expire_at(moment)
    if (begins and begins > now) or (ends and ends <= now):
        return []
    link = next(iter(read_menu(found.announcement_link, request)), None)
    return [Announcement(found.announcement, link, _make_key(found))]


def _make_key(found: Any) -> str:
    """Return the key of the announcement in all languages: who dismisses it in one has read it."""
    first = found.first or found
    link = type(first)._meta.get_field("announcement_link").get_prep_value(first.announcement_link)
    parts = (first.announcement, link, first.announcement_from, first.announcement_until)
    return salted_hmac("announcement", "|".join(map(str, parts))).hexdigest()[:12]
