"""Dates as people write them in front matter."""

import datetime
import re
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

_LONG_FORMATS = ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y", "%Y/%m/%d", "%a, %d %b %Y %H:%M:%S %z")
_TIME_ZONE = re.compile(r"\s+([+-]\d{2}):?(\d{2})$")


def read_date(value: Any) -> datetime.date | datetime.datetime | None:
    """Return `value` from front matter as a date or a moment, or None if it can't be read as either."""
    if isinstance(value, datetime.date):  # a datetime is one too
        return value
    if not isinstance(value, str):
        return None
    text = _TIME_ZONE.sub(r"\1:\2", value.strip()).removesuffix(" UTC")
    try:
        return parse_datetime(text) or parse_date(text) or _read_long_date(text)
    except (ValueError, OverflowError):
        return None


def as_moment(value: datetime.date | datetime.datetime) -> datetime.datetime:
    """Return the moment of `value` in UTC; a date alone begins at midnight in the site's time zone."""
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    if timezone.is_naive(value):
        value = timezone.make_aware(value)
    try:
        return value.astimezone(datetime.UTC)
    except OverflowError:  # the year 1 or 9999 at the wrong side of the globe
        return value.replace(tzinfo=datetime.UTC)


def as_date(value: datetime.date | datetime.datetime) -> datetime.date:
    """Return the date that was printed over the post, in its author's own time zone."""
    return value.date() if isinstance(value, datetime.datetime) else value


def _read_long_date(text: str) -> datetime.datetime | None:
    for layout in _LONG_FORMATS:
        try:
            return datetime.datetime.strptime(text, layout)
        except ValueError:
            continue
    return None
