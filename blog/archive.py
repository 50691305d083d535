"""The years and months in which something was posted, and how much: the archive of a blog, and its filter by year."""

import datetime
from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from blog.addresses import archive_address, month_address, year_address
from galley.listings.listed_pages import readable_children
from galley.listings.listings import ValueCount
from galley.listings.time_order import TimeOrder, read_order

if TYPE_CHECKING:
    from blog.models import BlogIndexPage


@dataclass(frozen=True)
class Month:
    """A month with posts; `first_day` is for its name."""

    first_day: datetime.date
    url: str
    count: int


@dataclass(frozen=True)
class Year:
    """A year with posts, and those of its months that have some, January first."""

    number: int
    url: str
    count: int
    months: list[Month]


@dataclass(frozen=True)
class Archive:
    """All years with posts, the newest first. It costs one query, however many posts there are."""

    title: str
    url: str
    full_url: str
    years: list[Year]

    @property
    def search_description(self) -> str:
        """What search engines show below the title."""
        return _("All posts of the blog by year and month.")


def list_archive(index: "BlogIndexPage", request: HttpRequest) -> Archive:
    """Return the archive of the posts under `index` that may be read. Blocks."""
    from blog.models import BlogPostPage

    address = index.get_url(request) or ""
    order = read_order(readable_children(BlogPostPage, index))
    years = [_count_year(order, address, number) for number in _years(order)]
    return Archive(
        _("Archive"),
        archive_address(address),
        archive_address(index.get_full_url(request) or ""),
        [year for year in years if year.count],
    )


def count_years(posts: QuerySet[Any]) -> list[ValueCount]:
    """Return how many of `posts` are of each year: the database would take the year out of each date. Blocks."""
    order = read_order(posts)
    years = ((str(number), _count(order, number, 1, 12)) for number in _years(order))
    return [(year, year, count) for year, count in years if count]


def _years(order: TimeOrder) -> range:
    """Return the years from the newest to the oldest."""
    span = order.span()
    if span is None:
        return range(0)
    oldest, newest = map(datetime.date.fromordinal, span)
    return range(newest.year, oldest.year - 1, -1)


def _count_year(order: TimeOrder, address: str, number: int) -> Year:
    months = [
        Month(datetime.date(number, month, 1), month_address(address, number, month), count)
        for month in range(1, 13)
        if (count := _count(order, number, month, month))
    ]
    return Year(number, year_address(address, number), sum(month.count for month in months), months)


def _count(order: TimeOrder, year: int, first_month: int, last_month: int) -> int:
    last_day = monthrange(year, last_month)[1]
    return order.count_between(datetime.date(year, first_month, 1), datetime.date(year, last_month, last_day))
