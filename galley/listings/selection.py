"""What the query string of a list asks for: the values of its filters and a page, and the links to the others."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

# No slug is longer, so a longer value matches nothing. It is neither queried nor printed in full.
MAX_VALUE_LENGTH = 120

# A value as it stands in a URL, its label, and how many entries have it.
ValueCount = tuple[str, str, int]


@dataclass(frozen=True)
class Link:
    """The text of a link and its URL."""

    label: str
    url: str


@dataclass(frozen=True)
class PageLink:
    """A link to a page of a list. Without a number, it is the gap between two links."""

    number: int | None
    url: str
    current: bool


@dataclass(frozen=True)
class Pagination:
    """Page `number` of `count` pages, and how many entries there are in `total`."""

    number: int
    count: int
    total: int
    previous_url: str | None
    next_url: str | None
    pages: list[PageLink]


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list, by the value of a parameter of the query string.

    `condition` turns the value into a condition, or None if nothing can match. One that `joins` no table needs no
    subquery. `value` and `label` are the lookups of the value and its name; a filter without them has no facet. `order`
    is the lookup of the value's place; without it, values stand by name. `count` counts the values of a queryset, where
    this can be done faster than by the database.
    """

    parameter: str
    name: str | Promise
    condition: Callable[[str], Q | None]
    value: str = ""
    label: str = ""
    order: str = ""
    newest_first: bool = False
    count: Callable[[QuerySet[Any]], list[ValueCount]] | None = None
    joins: bool = True

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the entries of `queryset` that match `value`, each once."""
        condition = self.condition(value)
        if condition is None:
            return queryset.filter(pk__in=[])
        if self.joins:
            # A join would return a post twice that names an author twice.
            return queryset.filter(pk__in=queryset.model.objects.filter(condition).values("pk"))
        return queryset.filter(condition)


def by_slug(relation: str) -> Callable[[str], Q | None]:
    """Return a condition for entries whose `relation` leads to an object with the given slug."""
    return lambda slug: Q(**{f"{relation}__slug": slug})


def by_number(lookup: str, least: int, most: int) -> Callable[[str], Q | None]:
    """Return a condition for entries whose `lookup` is the given number, from `least` to `most`."""

    def condition(text: str) -> Q | None:
        is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
        return Q(**{lookup: int(text)}) if is_number and least <= int(text) <= most else None

    return condition


@dataclass(frozen=True)
class Selection:
    """The values of a list's filters in a query string, at most one for each filter, and the page number as text."""

    address: str
    values: Mapping[str, str]
    page: str

    @classmethod
    def from_request(cls, request: HttpRequest, address: str, filters: Iterable[Filter]) -> Self:
        """Return what the query string of `request` asks for. Any value is accepted; it may match nothing."""
        values = {one.parameter: _clean_value(request.GET.get(one.parameter, "")) for one in filters}
        return cls(address, {name: value for name, value in values.items() if value}, request.GET.get("page", ""))

    @property
    def address_asked(self) -> str:
        """The requested URL, without unknown parameters."""
        return self._build_url({**self.values, "page": self.page[:MAX_VALUE_LENGTH]})

    def url(self, page: int = 1) -> str:
        """Return the URL of page `page` of the same list."""
        return self._build_url({**self.values, "page": str(page) if page > 1 else ""})

    def url_with(self, parameter: str, value: str) -> str:
        """Return the URL of the list with one filter set to `value`."""
        return self._build_url({**self.values, parameter: value})

    def without(self, parameter: str) -> "Selection":
        """Return the first page of the list without one filter."""
        return Selection(self.address, {name: one for name, one in self.values.items() if name != parameter}, "")

    def _build_url(self, values: Mapping[str, str]) -> str:
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{self.address}?{query}" if query else self.address


# The first page of a list without a filter.
EVERYTHING = Selection("", {}, "")


def _clean_value(value: str) -> str:
    return value.replace("\x00", "\ufffd").strip()[: MAX_VALUE_LENGTH + 1]


def narrow(queryset: QuerySet[Any], filters: Iterable[Filter], selection: Selection) -> QuerySet[Any]:
    """Return the entries of `queryset` that match every filter in `selection`."""
    for one in filters:
        if one.parameter in selection.values:
            queryset = one.narrow(queryset, selection.values[one.parameter])
    return queryset


def paginate(entries: Any, page_size: int, selection: Selection) -> "tuple[Page[Any], Pagination]":
    """Return the requested page of `entries` (a sequence or queryset), and the links to the other pages."""
    paginator = Paginator(entries, page_size)
    page = paginator.page(nearest_page(selection.page, paginator.num_pages))
    links = [
        PageLink(number, selection.url(number), number == page.number)
        if isinstance(number, int)
        else PageLink(None, "", False)
        for number in paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return page, Pagination(
        number=page.number,
        count=paginator.num_pages,
        total=paginator.count,
        previous_url=selection.url(page.number - 1) if page.has_previous() else None,
        next_url=selection.url(page.number + 1) if page.has_next() else None,
        pages=links,
    )


def nearest_page(asked: str, last: int) -> int:
    """Return the existing page nearest to `asked`: the first for words and zero, the last for too large a number."""
    digits = asked.strip()
    if not (digits.isascii() and digits.isdecimal()):
        return 1
    return max(1, min(int(digits[:9]) if len(digits) < 10 else last, last))
