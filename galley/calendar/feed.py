"""The calendar as an iCalendar file (RFC 5545), at an address that only its user knows."""

import datetime
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.utils import get_admin_base_url

from galley.calendar.events import Event, find_events
from galley.calendar.models import FeedAddress

PAST = datetime.timedelta(days=90)
FUTURE = datetime.timedelta(days=730)
MOST_EVENTS = 1000
# Calendars ask every few minutes at most, and a user may have a few of them.
MOST_REQUESTS = 60
IN_SECONDS = 10 * 60
# A line has at most so many bytes; those that continue it begin with a space.
LINE = 75


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return the calendar of the user with this token. Raises Http404 if nobody has it who may enter the admin."""
    address = FeedAddress.find(token)
    if address is None or not (address.user.is_active and address.user.has_perm("wagtailadmin.access_admin")):
        raise Http404
    headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
    if _is_too_often(address):
        text = _("This calendar was requested too often. Try again in ten minutes.")
        return HttpResponse(text, "text/plain", 429, headers=headers | {"Retry-After": str(IN_SECONDS)})
    now = timezone.now()
    events = find_events(address.user, now - PAST, now + FUTURE, MOST_EVENTS)
    nearest = sorted(events, key=lambda event: abs(event.time - now))[:MOST_EVENTS]
    return HttpResponse(write_calendar(nearest, now), "text/calendar; charset=utf-8", headers=headers)


def _is_too_often(address: FeedAddress) -> bool:
    key = f"galley.calendar.feed.{address.pk}"
    if cache.add(key, 1, IN_SECONDS):
        return False
    try:
        # None is the answer while the cache is away.
        return (cache.incr(key) or 0) > MOST_REQUESTS
    except ValueError:  # expired since
        return False


def write_calendar(events: Iterable[Event], now: datetime.datetime) -> bytes:
    """Return `events` as an iCalendar file."""
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Galley//Editorial calendar//EN", "CALSCALE:GREGORIAN"),
        f"X-WR-CALNAME:{_text(_('Editorial calendar'))}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT30M",
        *(line for event in events for line in _event(event, now)),
        "END:VCALENDAR",
    ]
    return b"".join(_fold(line) + b"\r\n" for line in lines)


def _event(event: Event, now: datetime.datetime) -> Iterator[str]:
    base = get_admin_base_url() or ""
    yield "BEGIN:VEVENT"
    # The same for the same page, so that a calendar moves its entry.
    yield f"UID:page-{event.page_id}-{event.kind}@{urlsplit(base).hostname or 'localhost'}"
    yield f"DTSTAMP:{_utc(now)}"
    yield f"DTSTART:{_utc(event.time)}"
    yield f"SUMMARY:{_text(f'{event.kind.label}: {event.title}')}"
    yield f"URL:{base}{reverse('wagtailadmin_pages:edit', args=[event.page_id])}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _utc(time: datetime.datetime) -> str:
    return f"{time.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Return `text` escaped, without control characters."""
    line = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text.replace("\r\n", "\n"))
    return re.sub(r"([\\;,])", r"\\\1", line).replace("\n", r"\n")


def _fold(line: str) -> bytes:
    """Return `line` in lines that are short enough, without cutting through a character."""
    rest = line.encode()
    parts: list[bytes] = []
    while len(rest) > LINE - bool(parts):
        end = LINE - bool(parts)
        while rest[end] & 0b1100_0000 == 0b1000_0000:
            end -= 1
        parts.append(rest[:end])
        rest = rest[end:]
    return b"\r\n ".join([*parts, rest])
