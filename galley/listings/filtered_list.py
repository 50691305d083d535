"""A filtered list, and the values of each filter that a visitor can choose (facets)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, IntegerField, Min, QuerySet, Value
from django.db.models.functions import Cast

from galley.languages.texts import local_text
from galley.listings.chronological import read_index
from galley.listings.selection import EVERYTHING, Filter, Link, Pagination, Selection, ValueCount, narrow, paginate
from galley.page_cache.versioned import cached_queryset

MAX_OPTIONS = 30

# By the parameter of the filter.
ValueCounts = dict[str, list[ValueCount]]


def count_values(sources: Iterable[tuple[str, QuerySet[Any], str, str, str]]) -> ValueCounts:
    """Count the values of several querysets with one query. Blocks.

    Each source is a parameter, a queryset and the lookups of value, label and order. The values stand in that order, if
    there is one. Sources with one parameter are added up.
    """
    queries = [
        queryset.order_by()
        .filter(**{f"{value}__isnull": False})
        .values_list(
            Value(parameter, output_field=CharField()),
            Cast(F(value), CharField()),
            Cast(local_text(queryset.model, label), CharField()),
        )
        .annotate(number=Count("pk", distinct=True), place=Min(order) if order else Value(0, IntegerField()))
        for parameter, queryset, value, label, order in sources
    ]
    numbers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    labels: dict[tuple[str, str], str] = {}
    if queries:
        first, *rest = queries
        rows = first.union(*rest, all=True) if rest else first
        for parameter, value, label, number, _place in sorted(rows, key=lambda row: row[4] or 0):
            numbers[parameter][value] += number
            labels[parameter, value] = label
    return {
        parameter: [(value, labels[parameter, value], number) for value, number in values.items()]
        for parameter, values in numbers.items()
    }


@dataclass(frozen=True)
class Option:
    """A value that a list can be filtered by, and how many entries would be left, if that is known."""

    label: str
    url: str
    count: int | None
    active: bool


@dataclass(frozen=True)
class Facet:
    """The options of one filter, such as all tags. `more` leads to a page of all values."""

    parameter: str
    name: str
    options: list[Option]
    more: Link | None = None


def build_facets(
    filters: Iterable[Filter], counts: Mapping[str, list[ValueCount]], selection: Selection, *, is_exact: bool = True
) -> list[Facet]:
    """Return the filters in `counts` with their most frequent values and the active one; without counts if inexact."""
    return [
        Facet(one.parameter, str(one.name), _build_options(one, counts[one.parameter], selection, is_exact))
        for one in filters
        if one.parameter in counts
    ]


def _build_options(one: Filter, counts: list[ValueCount], selection: Selection, is_exact: bool) -> list[Option]:
    parameter = one.parameter
    active = selection.values.get(parameter)
    most_frequent = sorted(counts, key=lambda row: (-row[2], row[1]))
    shown = [row for position, row in enumerate(most_frequent) if position < MAX_OPTIONS or row[0] == active]
    if one.order:
        shown = [row for row in counts if row in shown]
    else:
        shown.sort(key=lambda row: row[1].casefold(), reverse=one.newest_first)
    return [
        Option(label, selection.without(parameter).url(), count if is_exact else None, active=True)
        if value == active
        else Option(label, selection.url_with(parameter, value), count if is_exact else None, active=False)
        for value, label, count in shown
    ]


def list_active_filters(filters: Iterable[Filter], facets: list[Facet], selection: Selection) -> list[Link]:
    """Return the active filters, each with the URL of the list without it. An unknown value is its own label."""
    labels = {facet.parameter: option.label for facet in facets for option in facet.options if option.active}
    return [
        Link(f"{one.name}: {labels.get(one.parameter, value[:60])}", selection.without(one.parameter).url())
        for one in filters
        if (value := selection.values.get(one.parameter))
    ]


@dataclass(frozen=True)
class Listing:
    """A page of a list for its template. A subclass adds the entries under their own name."""

    facets: list[Facet]
    active_filters: list[Link]
    pagination: Pagination
    clear_url: str


@dataclass(frozen=True)
class FilteredList:
    """The pages of `queryset`, of a type with `ListedPageMixin`, that a selection leaves, and the filters' facets."""

    queryset: QuerySet[Any]
    filters: Sequence[Filter] = ()
    selection: Selection = EVERYTHING

    def entries(self) -> QuerySet[Any]:
        """Return the entries that match every filter."""
        return narrow(self.queryset, self.filters, self.selection)

    def paginate(self, page_size: int) -> tuple[QuerySet[Any], Pagination]:
        """Return the entries of the requested page, and the links to the other pages."""
        index = read_index(self.entries())
        page, pagination = paginate(index.pks, page_size, self.selection)
        pks = index.newest_first(page.start_index() - 1, page.end_index()) if index.pks else []
        return self.queryset.filter(pk__in=pks), pagination

    def set_sequence_numbers(self, entries: Iterable[Any]) -> None:
        """Set the `sequence_number` of each of `entries` in the unfiltered list."""
        index = read_index(self.queryset)
        for one in entries:
            one.sequence_number = index.number(getattr(one, one.time_field), one.pk)

    def facets(self) -> list[Facet]:
        """Return the filters with the values that can be chosen."""
        return build_facets(self.filters, self.count_options(), self.selection)

    def active_filters(self, facets: list[Facet]) -> list[Link]:
        """Return the active filters, each with the URL of the list without it."""
        return list_active_filters(self.filters, facets, self.selection)

    def count_options(self) -> ValueCounts:
        """Return the values of each filter, and how many entries each would leave.

        The values of an active filter are counted in the list without it.
        """
        counts = dict(self._count_inactive())
        for one in self.filters:
            if one.value and one.parameter in self.selection.values:
                without = FilteredList(self.queryset, self.filters, self.selection.without(one.parameter))
                counts[one.parameter] = without._count_inactive()[one.parameter]
        return counts

    def _count_inactive(self) -> ValueCounts:
        parameters = (one.parameter for one in self.filters if one.value)
        return cached_queryset(self.entries(), self._query_inactive, *parameters)

    def _query_inactive(self) -> ValueCounts:
        inactive = [one for one in self.filters if one.value and one.parameter not in self.selection.values]
        entries = self.entries()
        counts = {one.parameter: one.count(entries) if one.count else [] for one in inactive}
        return counts | count_values(
            (one.parameter, entries, one.value, one.label, one.order) for one in inactive if not one.count
        )
