"""The list of projects: order, filters, pages, and the projects beside each other."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from portfolio.listing import PROJECTS_PER_PAGE
from portfolio.models import ProjectPage, ProjectPicture
from tests.conftest import SmallSite
from tests.factories import ProjectPageFactory, SiteImageFactory


@pytest.fixture
def projects(small_site: SmallSite) -> dict[str, ProjectPage]:
    small_site.project.delete()
    rows = [("Type specimen", 2021, ["Lettering"]), ("Atlas", 2023, ["Lettering", "Maps"]), ("Almanac", 2023, ["Maps"])]
    made = {}
    for title, year, skills in rows:
        made[title] = ProjectPageFactory(parent=small_site.portfolio, title=title, year=year)
        made[title].skills.add(*skills)
        made[title].save()
    return made


@pytest.fixture
def listing(projects, asgi_get):
    return lambda query="": asgi_get(f"/portfolio/{query}").context["listing"]


def test_the_newest_year_comes_first(listing) -> None:
    assert [(project.title, project.sequence_number) for project in listing().projects] == [
        ("Almanac", 3),
        ("Atlas", 2),
        ("Type specimen", 1),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?skill=lettering", ["Atlas", "Type specimen"]),
        ("?year=2023", ["Almanac", "Atlas"]),
        ("?skill=lettering&year=2023", ["Atlas"]),
        ("?skill=nowhere", []),
        ("?skill=%00", []),
        ("?year=99999999999999999999", []),
    ],
)
@pytest.mark.by_day(2, 4)
def test_filters_combine(listing, query: str, expected: list[str]) -> None:
    assert [project.title for project in listing(query).projects] == expected


def test_facets_count_what_each_value_would_leave(listing) -> None:
    facets = {facet.name: [(option.label, option.count) for option in facet.options] for facet in listing().facets}
    assert facets == {"Skill": [("Lettering", 2), ("Maps", 2)], "Year": [("2023", 2), ("2021", 1)]}


def test_an_entry_has_what_the_list_prints(listing) -> None:
    project = listing("?skill=lettering&year=2023").projects[0]
    assert (project.address, project.sequence_number) == ("/portfolio/atlas/", 2)
    assert [(link.label, link.url) for link in project.skill_links] == [
        ("Lettering", "/portfolio/?skill=lettering"),
        ("Maps", "/portfolio/?skill=maps"),
    ]


def test_what_may_not_be_read_shows_nowhere(listing, projects) -> None:
    projects["Atlas"].unpublish()
    PageViewRestriction.objects.create(page=projects["Almanac"], restriction_type=PageViewRestriction.LOGIN)
    assert [project.title for project in listing().projects] == ["Type specimen"]
    assert "Maps" not in str(listing().facets)


def test_long_portfolios_have_pages(listing, small_site: SmallSite) -> None:
    for _ in range(PROJECTS_PER_PAGE):
        ProjectPageFactory(parent=small_site.portfolio)
    assert listing("?page=2").pagination.count == 2
    assert len(listing("?page=2").projects) == 3


def test_htmx_gets_the_list_alone(projects, asgi_get) -> None:
    part = asgi_get("/portfolio/?skill=maps", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "Atlas" in part.content.decode()


def test_a_project_knows_its_neighbours_and_skills(projects, asgi_get) -> None:
    context = asgi_get("/portfolio/atlas/").context
    assert (context["previous_project"].title, context["next_project"].title) == ("Type specimen", "Almanac")
    assert context["next_project"].address == "/portfolio/almanac/"
    assert context["sequence_number"] == 2
    assert [link.label for link in context["skill_links"]] == ["Lettering", "Maps"]


def test_an_unsaved_project_without_a_year_renders(db: None) -> None:
    page = ProjectPage(title="New", slug="new", year=None)
    page.gallery = [ProjectPicture(image=SiteImageFactory())]
    response = page.make_preview_request()
    assert response.status_code == 200
    assert not response.context_data["sequence_number"]


def test_the_number_of_queries_stays(small_site: SmallSite, asgi_get) -> None:
    def add_projects(count: int) -> None:
        for _ in range(count):
            image = SiteImageFactory(file__width=60, file__height=40)
            project = ProjectPageFactory(parent=small_site.portfolio, lead_image=image, featured=True)
            project.skills.add("Lettering", project.title)
            project.save()

    def count_queries(url: str) -> int:
        asgi_get(url)
        with CaptureQueriesContext(connection) as queries:
            asgi_get(url)
        return len(queries)

    add_projects(2)
    few = [count_queries(url) for url in ("/portfolio/", "/")]
    add_projects(PROJECTS_PER_PAGE)
    assert few == [count_queries(url) for url in ("/portfolio/", "/")]
    assert few[0] <= 12 + 5  # the menu, the texts at the foot and the pages above it take five
