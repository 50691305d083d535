"""Lists that visitors filter and page through: what an address asks for, and what a template prints of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import CharField, Count, F, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.functional import Promise

from galley.listings.time_order import read_order
from galley.page_cache.versioned import cached_queryset

# No slug is longer; what is, is not there, and needn't be asked for or printed in full.
LONGEST_VALUE = 120
MOST_OPTIONS = 30


@dataclass(frozen=True)
class Link:
    """Words and where they lead."""

    label: str
    url: str


@dataclass(frozen=True)
class Option:
    """A value that a list can be filtered by, and how many entries would be left, where that is known."""

    label: str
    url: str
    count: int | None
    active: bool


@dataclass(frozen=True)
class Facet:
    """The values of one kind, such as all tags."""

    parameter: str
    name: str
    options: list[Option]
    more: Link | None = None
    """Where all values stand, also those that aren't among the options."""


@dataclass(frozen=True)
class ActiveFilter:
    """A filter that is on, and the address of the list without it."""

    label: str
    remove_url: str


@dataclass(frozen=True)
class PageLink:
    """A page of a list; without a number it stands for the pages left out."""

    number: int | None
    url: str
    current: bool


@dataclass(frozen=True)
class Pagination:
    """Which page of how many (`number` of `count`), and how many entries there are on all (`total`)."""

    number: int
    count: int
    total: int
    previous_url: str | None
    next_url: str | None
    pages: list[PageLink]


@dataclass(frozen=True)
class Selection:
    """What a visitor asks for in an address: at most one value for each filter, and a page."""

    address: str
    values: Mapping[str, str]
    page: str

    @classmethod
    def from_request(cls, request: HttpRequest, address: str, filters: "Iterable[Filter]") -> Self:
        """Return what the query of `request` asks for. Nothing in it is refused: a value may well match nothing."""
        values = {one.parameter: _tidy(request.GET.get(one.parameter, "")) for one in filters}
        return cls(address, {name: value for name, value in values.items() if value}, request.GET.get("page", ""))

    @property
    def address_asked(self) -> str:
        """The address that was asked for, without what no filter knows."""
        return self._build_url({**self.values, "page": self.page[:LONGEST_VALUE]})

    def url(self, page: int = 1) -> str:
        """Return the address of another page of the same list."""
        return self._build_url({**self.values, "page": str(page) if page > 1 else ""})

    def url_with(self, parameter: str, value: str) -> str:
        """Return the address of the list with one filter set to `value`."""
        return self._build_url({**self.values, parameter: value})

    def url_without(self, parameter: str) -> str:
        """Return the address of the list with one filter off."""
        return self.without(parameter).url()

    def without(self, parameter: str) -> "Selection":
        """Return the first page of the list with one filter off."""
        return Selection(self.address, {name: one for name, one in self.values.items() if name != parameter}, "")

    def _build_url(self, values: Mapping[str, str]) -> str:
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{self.address}?{query}" if query else self.address


def _tidy(value: str) -> str:
    return value.replace("\x00", "\ufffd").strip()[: LONGEST_VALUE + 1]


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list.

    `condition` makes a query's condition of a visitor's value, or None if nothing can match it. `value` and `label` are
    where the model keeps the value that stands in addresses, and its name; both are empty for a filter without a facet.
    `count` returns what of these the given entries have, where there is a shorter way than to ask the database.
    """

    parameter: str
    name: str | Promise
    condition: Callable[[str], Q | None]
    value: str = ""
    label: str = ""
    newest_first: bool = False
    count: "Callable[[QuerySet[Any]], list[ValueCount]] | None" = None


def by_slug(relation: str) -> Callable[[str], Q | None]:
    """Return a condition for entries whose `relation` leads to something with the slug that a visitor gives."""
    return lambda slug: Q(**{f"{relation}__slug": slug})


def by_number(lookup: str, least: int, most: int) -> Callable[[str], Q | None]:
    """Return a condition for entries whose `lookup` is the number that a visitor gives, from `least` to `most`."""

    def condition(text: str) -> Q | None:
        is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
        return Q(**{lookup: int(text)}) if is_number and least <= int(text) <= most else None

    return condition


# A value, its label, and how many entries have it.
ValueCount = tuple[str, str, int]
# By filter.
OptionCounts = dict[str, list[ValueCount]]


@dataclass(frozen=True)
class Listing:
    """A list as a template prints it; the entries stand in a subclass under the name of what they are."""

    facets: list[Facet]
    active_filters: list[ActiveFilter]
    pagination: Pagination
    clear_url: str


class FilteredList:
    """The entries of `queryset` that a selection leaves, and the filters beside them."""

    def __init__(self, queryset: QuerySet[Any], filters: list[Filter], selection: Selection) -> None:
        self.queryset = queryset
        self.filters = filters
        self.selection = selection

    def entries(self) -> QuerySet[Any]:
        """Return the entries that all filters leave."""
        queryset = self.queryset
        for one in self.filters:
            if one.parameter in self.selection.values:
                condition = one.condition(self.selection.values[one.parameter])
                # Each condition in a subquery of its own: a post that names an author twice still comes once.
                matching = self.queryset.model.objects.filter(condition) if condition else self.queryset.none()
                queryset = queryset.filter(pk__in=matching.values("pk"))
        return queryset

    def paginate(self, page_size: int) -> tuple[QuerySet[Any], Pagination]:
        """Return the entries on the page asked for, and the links to the others."""
        order = read_order(self.entries())
        page, pagination = paginate(order.pks, page_size, self.selection)
        pks = order.newest_first(page.start_index() - 1, page.end_index()) if order.pks else []
        return self.queryset.filter(pk__in=pks), pagination

    def set_folios(self, entries: Iterable[Any]) -> None:
        """Number `entries` as they are numbered in the whole list."""
        order = read_order(self.queryset)
        for one in entries:
            one.folio = order.number(getattr(one, one.time_field), one.pk)

    def count_options(self) -> OptionCounts:
        """Return for each filter its values, their labels and how many entries each would leave.

        What could be chosen instead of a value that is on is what the list without it offers, for every such value.
        """
        counts = dict(self._other_options())
        for one in self.filters:
            if one.value and one.parameter in self.selection.values:
                without = FilteredList(self.queryset, self.filters, self.selection.without(one.parameter))
                counts[one.parameter] = without._other_options()[one.parameter]
        return counts

    def _other_options(self) -> OptionCounts:
        return cached_queryset(
            self.entries(), self._count_other_options, *(one.parameter for one in self.filters if one.value)
        )

    def _count_other_options(self) -> OptionCounts:
        """Return the values of all filters that aren't on, with one query for all that have to be asked for."""
        others = [one for one in self.filters if one.value and one.parameter not in self.selection.values]
        counts = {one.parameter: one.count(self.entries()) if one.count else [] for one in others}
        queries = [self._count_query(one) for one in others if not one.count]
        if queries:
            first, *rest = queries
            for parameter, value, label, count in first.union(*rest, all=True) if rest else first:
                counts[parameter].append((value, label, count))
        return counts

    def _count_query(self, one: Filter) -> QuerySet[Any, tuple[str, str, str, int]]:
        return (
            self.entries()
            .order_by()
            .filter(**{f"{one.value}__isnull": False})
            .values_list(
                Value(one.parameter, output_field=CharField()),
                Cast(F(one.value), CharField()),
                Cast(F(one.label), CharField()),
            )
            .annotate(number=Count("pk", distinct=True))
        )

    def facets(self) -> list[Facet]:
        """Return the filters with the values that can be chosen: the most used ones, and those that are on."""
        counts = self.count_options()
        return [
            Facet(one.parameter, str(one.name), self._options(one, counts[one.parameter]))
            for one in self.filters
            if one.value
        ]

    def _options(self, one: Filter, counts: list[ValueCount]) -> list[Option]:
        active = self.selection.values.get(one.parameter)
        most_used = sorted(counts, key=lambda row: (-row[2], row[1]))
        shown = [row for place, row in enumerate(most_used) if place < MOST_OPTIONS or row[0] == active]
        shown.sort(key=lambda row: row[1].casefold(), reverse=one.newest_first)
        return [
            Option(
                label,
                self.selection.url_without(one.parameter)
                if value == active
                else self.selection.url_with(one.parameter, value),
                count,
                value == active,
            )
            for value, label, count in shown
        ]

    def active_filters(self, facets: list[Facet]) -> list[ActiveFilter]:
        """Return the filters that are on, by their labels; a value that isn't known is named as it was asked for."""
        labels = {str(facet.name): option.label for facet in facets for option in facet.options if option.active}
        return [
            ActiveFilter(
                f"{one.name}: {labels.get(str(one.name), self.selection.values[one.parameter][:60])}",
                self.selection.url_without(one.parameter),
            )
            for one in self.filters
            if one.parameter in self.selection.values
        ]


def paginate(entries: Any, page_size: int, selection: Selection) -> "tuple[Page[Any], Pagination]":
    """Return the page of `entries` (a sequence or a queryset) that is asked for, and the links to the others."""
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
    """Return the page that comes nearest to what was `asked` for: words and zero give the first, too much the last."""
    digits = asked.strip()
    if not (digits.isascii() and digits.isdecimal()):
        return 1
    return max(1, min(int(digits[:9]) if len(digits) < 10 else last, last))
