"""The portfolio's section on the home page."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from galley.desk.term_views import TermViewSet
from galley.listings import FilteredList
from galley.page_cache.versioned import cached
from home.models import HomePage, HomeSection
from portfolio.listing import prepare_projects
from portfolio.models import PortfolioIndexPage, Skill

MOST_FEATURED = 3


@hooks.register("home_sections", order=10)
def show_featured_projects(request: HttpRequest, page: HomePage) -> HomeSection | None:
    """Return the section with the newest featured projects of the first public portfolio."""
    return cached(("featured projects", page.pk), lambda: _find_featured_projects(request, page))


def _find_featured_projects(request: HttpRequest, page: HomePage) -> HomeSection | None:
    index = (
        PortfolioIndexPage.objects.descendant_of(page).live().public().order_by("path").first() if page.path else None
    )
    if index is None:
        return None
    readable = index.readable_projects().order_by("-year", "-pk")
    projects = prepare_projects(readable.filter(featured=True)[:MOST_FEATURED], request)
    FilteredList(readable).set_sequence_numbers(projects)
    return HomeSection("components/featured_projects.html", {"projects": projects, "index_page": index})


SKILLS = TermViewSet(
    model=Skill, icon="tag", count_of="project_skills__content_object", menu_hook="register_subjects_menu_item"
)
register_snippet(SKILLS)
