"""What a search can be narrowed by: type of page, tag and year, of whatever page types the site has."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.models import get_page_models

from galley.listings.listed_pages import ListedPageMixin
from galley.listings.listings import MOST_OPTIONS, ActiveFilter, Facet, Filter, Option, Selection, by_number, by_slug
from search.matching import Matches

# A value as it stands in addresses, its label, and how many of the pages found have it.
Counts = dict[str, list[tuple[str, str, int]]]


@dataclass(frozen=True)
class PageType:
    """A type of page, as it stands in addresses and as visitors call it."""

    model: Any
    content_type_id: int

    @property
    def value(self) -> str:
        """The name in addresses: 'blog-post' for a `blog post`."""
        return str(self.model._meta.verbose_name).replace(" ", "-")

    @property
    def label(self) -> str:
        """The name for visitors."""
        return str(capfirst(self.model._meta.verbose_name))


def page_types() -> list[PageType]:
    """Return the types of pages that the site has. Reads the database once in a process."""
    return [PageType(model, one.pk) for model, one in ContentType.objects.get_for_models(*get_page_models()).items()]


def _is_of_type(value: str) -> Q | None:
    return Q(content_type_id__in=[one.content_type_id for one in page_types() if one.value == value])


def _has_tag(value: str) -> Q | None:
    return _any_of({model: by_slug(model.tag_lookup)(value) for model in _listed_models()})


def _is_of_year(value: str) -> Q | None:
    return _any_of({model: by_number(model.year_lookup, 1, 9999)(value) for model in _listed_models()})


def _any_of(conditions: dict[Any, Q | None]) -> Q | None:
    """Return a condition for pages that are of one of the models and meet its condition, each asked for by its id."""
    either = Q(pk__in=[])
    for model, condition in conditions.items():
        if condition is not None:
            either |= Q(Exists(model.objects.filter(condition, pk=OuterRef("pk"))))
    return either


def _listed_models() -> list[Any]:
    return [model for model in get_page_models() if issubclass(model, ListedPageMixin)]


FILTERS = [
    Filter("type", _("Type"), _is_of_type),
    Filter("tag", _("Tag"), _has_tag),
    Filter("year", _("Year"), _is_of_year, newest_first=True),
]


def narrow(pages: QuerySet[Any], selection: Selection) -> QuerySet[Any]:
    """Return those of `pages` that the filters of `selection` leave. A value that isn't known leaves none."""
    for one in FILTERS:
        if value := selection.values.get(one.parameter):
            pages = pages.filter(one.condition(value) or Q(pk__in=[]))
    return pages


def build_facets(matches: Matches, selection: Selection) -> list[Facet]:
    """Return what else the search could be narrowed by: the values of what was found. Blocks: one query."""
    counts: Counts = {"type": _count_types(matches), **_count_tags_and_years(matches)}
    return [
        Facet(one.parameter, str(one.name), _options(one, counts[one.parameter], selection, matches.has_more))
        for one in FILTERS
    ]


def _count_types(matches: Matches) -> list[tuple[str, str, int]]:
    numbers = Counter(match.content_type_id for match in matches.found)
    return [
        (one.value, one.label, numbers[one.content_type_id]) for one in page_types() if numbers[one.content_type_id]
    ]


def _count_tags_and_years(matches: Matches) -> Counts:
    counts: Counts = {"tag": [], "year": []}
    found: dict[int, list[int]] = {}
    for match in matches.found:
        found.setdefault(match.content_type_id, []).append(match.page_id)
    queries = [
        _count_query(model.objects.filter(pk__in=found[one.content_type_id]), parameter, *lookups)
        for one in page_types()
        if (model := one.model) in _listed_models() and one.content_type_id in found
        for parameter, lookups in (
            ("tag", (f"{model.tag_lookup}__slug", f"{model.tag_lookup}__name")),
            ("year", (model.year_lookup, model.year_lookup)),
        )
    ]
    numbers: Counter[tuple[str, str]] = Counter()
    labels: dict[tuple[str, str], str] = {}
    if queries:
        for parameter, value, label, number in queries[0].union(*queries[1:], all=True):
            numbers[parameter, value] += number
            labels[parameter, value] = label
    for (parameter, value), number in numbers.items():
        counts[parameter].append((value, labels[parameter, value], number))
    return counts


def _count_query(pages: QuerySet[Any], parameter: str, value: str, label: str) -> QuerySet[Any, Any]:
    return (
        pages.order_by()
        .filter(**{f"{value}__isnull": False})
        .values_list(
            Value(parameter, output_field=CharField()), Cast(F(value), CharField()), Cast(F(label), CharField())
        )
        .annotate(number=Count("pk", distinct=True))
    )


def _options(one: Filter, counts: list[tuple[str, str, int]], selection: Selection, has_more: bool) -> list[Option]:
    """Return the most used values. Where not all matches were looked at, nobody knows how many have each."""
    active = selection.values.get(one.parameter)
    most_used = sorted(counts, key=lambda row: (-row[2], row[1]))[:MOST_OPTIONS]
    most_used.sort(key=lambda row: row[1].casefold(), reverse=one.newest_first)
    return [
        Option(
            label,
            selection.url_without(one.parameter) if value == active else selection.url_with(one.parameter, value),
            None if has_more else count,
            value == active,
        )
        for value, label, count in most_used
    ]


def active_filters(facets: list[Facet], selection: Selection) -> list[ActiveFilter]:
    """Return the filters that are on, each with the address of the search without it."""
    labels = {facet.parameter: option.label for facet in facets for option in facet.options if option.active}
    values = {one: selection.values[one.parameter] for one in FILTERS if one.parameter in selection.values}
    return [
        ActiveFilter(f"{one.name}: {labels.get(one.parameter, value[:60])}", selection.url_without(one.parameter))
        for one, value in values.items()
    ]
