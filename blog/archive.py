"""The archive of a blog: the years and months that have posts, their number, and their URLs.

`blog_url` is the URL of the blog, which ends with a slash: with a host (`index.full_url`) or without one.
"""

import datetime
from calendar import monthrange
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.models import Page

from galley.listings import ChronologicalIndex, ValueCount, read_index


def archive_url(blog_url: str) -> str:
    """Return the URL of the archive."""
    return f"{blog_url}archive/"


def year_url(blog_url: str, year: int) -> str:
    """Return the URL of the posts of a year."""
    return f"{blog_url}{year:04}/"


def month_url(blog_url: str, year: int, month: int) -> str:
    """Return the URL of the posts of a month."""
    return f"{year_url(blog_url, year)}{month:02}/"


@dataclass(frozen=True)
class Month:
    """A month with posts. The template prints its name from `first_day`."""

    first_day: datetime.date
    url: str
    count: int


@dataclass(frozen=True)
class Year:
    """A year with posts, and its months with posts, January first."""

    number: int
    url: str
    count: int
    months: list[Month]


@dataclass(frozen=True)
class Archive:
    """All years with posts, the newest first. It takes one query, however many posts there are."""

    title: str
    full_url: str
    years: list[Year]

    @property
    def search_description(self) -> str:
        """What search engines show below the title."""
        return _("All posts of the blog by year and month.")


def list_archive(index: Page, request: HttpRequest) -> Archive:
    """Return the archive of the readable posts of the blog `index`. Blocks."""
    blog_url = index.get_url(request) or ""
    posts = read_index(index.readable_posts())
    years = [_count_year(posts, blog_url, number) for number in _years(posts)]
    return Archive(
        _("Archive"),
        archive_url(index.get_full_url(request) or ""),
        [year for year in years if year.count],
    )


def count_years(posts: QuerySet[Any]) -> list[ValueCount]:
    """Return how many of `posts` are of each year. Blocks. The database would extract the year of every date."""
    index = read_index(posts)
    years = ((str(number), _count(index, number, 1, 12)) for number in _years(index))
    return [(year, year, count) for year, count in years if count]


def _years(posts: ChronologicalIndex) -> range:
    """Return the years from the newest to the oldest."""
    span = posts.span()
    if span is None:
        return range(0)
    oldest, newest = map(datetime.date.fromordinal, span)
    return range(newest.year, oldest.year - 1, -1)


def _count_year(posts: ChronologicalIndex, blog_url: str, number: int) -> Year:
    months = [
        Month(datetime.date(number, month, 1), month_url(blog_url, number, month), count)
        for month in range(1, 13)
        if (count := _count(posts, number, month, month))
    ]
    return Year(number, year_url(blog_url, number), sum(month.count for month in months), months)


def _count(posts: ChronologicalIndex, year: int, first_month: int, last_month: int) -> int:
    last_day = monthrange(year, last_month)[1]
    return posts.count_between(datetime.date(year, first_month, 1), datetime.date(year, last_month, last_day))
