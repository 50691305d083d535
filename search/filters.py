"""The filters of the search: page type, tag and year, for all page types of the site."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import get_fields_from_path
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import get_page_models

from galley.desk.renaming import find_present_slug
from galley.listings import (
    Facet,
    Filter,
    ListedPageMixin,
    Selection,
    ValueCounts,
    build_facets,
    by_number,
    by_slug,
    count_values,
)
from search.matching import Matches


@dataclass(frozen=True)
class PageType:
    """A page type, with its names in URLs and for visitors."""

    model: Any
    content_type_id: int

    @property
    def value(self) -> str:
        """The name in URLs: 'blog-post' for a `blog post`."""
        return str(self.model._meta.verbose_name).replace(" ", "-")

    @property
    def label(self) -> str:
        """The name for visitors. Its translations are in the catalogue without a call that names them."""
        return gettext(str(capfirst(self.model._meta.verbose_name)))


def page_types() -> list[PageType]:
    """Return the page types of the site. Queries the database once in a process."""
    return [PageType(model, one.pk) for model, one in ContentType.objects.get_for_models(*get_page_models()).items()]


def _is_of_type(value: str) -> Q | None:
    return Q(content_type_id__in=[one.content_type_id for one in page_types() if one.value == value])


def _has_tag(value: str) -> Q | None:
    return _any_of({model: by_slug(model.tag_lookup)(value) for model in _listed_models() if model.tag_lookup})


def _is_of_year(value: str) -> Q | None:
    return _any_of({model: by_number(model.year_lookup, 1, 9999)(value) for model in _listed_models()})


def _any_of(conditions: dict[Any, Q | None]) -> Q | None:
    """Return a condition for pages of any of the models that match its condition. Each page is looked up by its id."""
    either = Q(pk__in=[])
    for model, condition in conditions.items():
        if condition is not None:
            either |= Q(Exists(model.objects.filter(condition, pk=OuterRef("pk"))))
    return either


def _listed_models() -> list[Any]:
    return [model for model in get_page_models() if issubclass(model, ListedPageMixin)]


FILTERS = [
    Filter("type", _("Type"), _is_of_type, joins=False),
    Filter("tag", _("Tag"), _has_tag, joins=False),
    Filter("year", _("Year"), _is_of_year, newest_first=True, joins=False),
]


def find_present_tag(selection: Selection) -> dict[str, str]:
    """Return the value of the tag in `selection`, if there is one: its present slug if it was renamed. Blocks."""
    tags = [get_fields_from_path(one, one.tag_lookup)[-1].related_model for one in _listed_models() if one.tag_lookup]
    return {"tag": find_present_slug(selection.values["tag"], *tags)} if "tag" in selection.values else {}


def build_search_facets(matches: Matches, selection: Selection) -> list[Facet]:
    """Return the values of the pages found, by which the search can be narrowed further. Blocks: one query.

    If not all matches were examined, the number of pages with each value is unknown.
    """
    counts = {"type": _count_types(matches), "tag": [], "year": [], **_count_tags_and_years(matches)}
    return build_facets(FILTERS, counts, selection, is_exact=not matches.has_more)


def _count_types(matches: Matches) -> list[tuple[str, str, int]]:
    numbers = Counter(match.content_type_id for match in matches.found)
    return [
        (one.value, one.label, numbers[one.content_type_id]) for one in page_types() if numbers[one.content_type_id]
    ]


def _count_tags_and_years(matches: Matches) -> ValueCounts:
    found: dict[int, list[int]] = {}
    for match in matches.found:
        found.setdefault(match.content_type_id, []).append(match.page_id)
    listed_models = _listed_models()
    found_pages = [
        (one.model, one.model.objects.filter(pk__in=found[one.content_type_id]))
        for one in page_types()
        if one.model in listed_models and one.content_type_id in found
    ]
    return count_values(
        source
        for model, pages in found_pages
        for source in (
            *(("tag", pages, f"{tag}__slug", f"{tag}__name", "") for tag in filter(None, [model.tag_lookup])),
            ("year", pages, model.year_lookup, model.year_lookup, ""),
        )
    )
