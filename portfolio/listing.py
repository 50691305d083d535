"""The list of projects: the newest year first, filtered by skill and year."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from galley.listings import Filter, FilteredList, Listing, Selection, by_number, by_slug, set_addresses

FILTERS = [
    Filter(
        "skill",
        _("Skill"),
        by_slug("project_skills__tag"),
        "project_skills__tag__slug",
        "project_skills__tag__name",
    ),
    Filter("year", _("Year"), by_number("year", 1, 9999), "year", "year", newest_first=True),
]
PROJECTS_PER_PAGE = 12


@dataclass(frozen=True)
class ProjectListing(Listing):
    """A page of the list of projects."""

    projects: list[Page]


def select_projects(request: HttpRequest, index: Page) -> Selection:
    """Return which projects of the portfolio `index` the URL of `request` asks for."""
    return Selection.from_request(request, index.get_url(request) or "", FILTERS)


def list_projects(request: HttpRequest, projects: QuerySet[Any], selection: Selection) -> ProjectListing:
    """Return the requested page of the list of `projects`. Blocks: reads the database."""
    filtered = FilteredList(projects.order_by("-year", "-pk"), FILTERS, selection)
    found, pagination = filtered.paginate(PROJECTS_PER_PAGE)
    entries = prepare_projects(found, request)
    filtered.set_sequence_numbers(entries)
    facets = filtered.facets()
    return ProjectListing(facets, filtered.active_filters(facets), pagination, selection.address, entries)


def prepare_projects(projects: Any, request: HttpRequest | None) -> list[Page]:
    """Return a `ProjectPageQuerySet` as a list, with all that its entries show, with a fixed number of queries."""
    entries = list(projects.with_skills())
    set_addresses(entries, request)
    return entries
