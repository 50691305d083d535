"""The list of projects: the newest year first, filtered by skill and year."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from galley.listings.listed_pages import readable_children, set_addresses
from galley.listings.listings import Filter, FilteredList, Listing, Selection, by_number, by_slug

if TYPE_CHECKING:
    from portfolio.models import PortfolioIndexPage, ProjectPage

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

    projects: "list[ProjectPage]"


def select_projects(request: HttpRequest, index: "PortfolioIndexPage") -> Selection:
    """Return which projects under `index` the address of `request` asks for."""
    return Selection.from_request(request, index.get_url(request) or "", FILTERS)


def list_projects(request: HttpRequest, index: "PortfolioIndexPage", selection: Selection) -> ProjectListing:
    """Return the page of projects under `index` that is asked for. Blocks: reads the database."""
    from portfolio.models import ProjectPage

    readable = readable_children(ProjectPage, index)
    filtered = FilteredList(readable.order_by("-year", "-pk"), FILTERS, selection)
    entries, pagination = filtered.paginate(PROJECTS_PER_PAGE)
    projects = prepare_projects(entries, request)
    filtered.set_folios(projects)
    facets = filtered.facets()
    return ProjectListing(facets, filtered.active_filters(facets), pagination, selection.address, projects)


def prepare_projects(entries: "QuerySet[ProjectPage]", request: HttpRequest | None) -> "list[ProjectPage]":
    """Return the projects with all that an entry of a list prints, with the same number of queries for any number."""
    from portfolio.models import ProjectSkill

    projects = list(
        entries.select_related("lead_image").prefetch_related(
            Prefetch("project_skills", queryset=ProjectSkill.objects.select_related("tag")),
        )
    )
    set_addresses(projects, request)
    return projects
