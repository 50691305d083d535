"""What apps show on the home page."""

import datetime

import pytest
from django.test import RequestFactory
from wagtail.models import PageViewRestriction

from home.models import HomePage, HomeSection, find_home_sections
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory, ProjectPageFactory


@pytest.fixture
def sections(small_site: SmallSite):
    """Return the context of each section by its template."""

    def find() -> dict[str, dict]:
        request = RequestFactory().get("/", headers={"host": "testserver"})
        home = HomePage.objects.get(pk=small_site.home.pk)
        return {section.template: section.context for section in find_home_sections(request, home)}

    return find


PROJECTS, POSTS = "components/featured_projects.html", "components/latest_posts.html"


def test_the_home_page_shows_featured_projects_and_then_the_latest_posts(small_site: SmallSite, sections) -> None:
    featured = ProjectPageFactory(parent=small_site.portfolio, featured=True, year=2025)
    for day in range(1, 8):
        BlogPostPageFactory(parent=small_site.blog, title=f"Day {day}", date=datetime.date(2020, 1, day))
    found = sections()
    assert list(found) == [PROJECTS, POSTS]
    assert [(one.title, one.address, one.sequence_number) for one in found[PROJECTS]["projects"]] == [
        (featured.title, featured.url, 2)
    ]
    assert found[PROJECTS]["index_page"] == small_site.portfolio
    assert [post.title for post in found[POSTS]["posts"]] == [small_site.post.title, "Day 7", "Day 6", "Day 5", "Day 4"]
    assert [post.sequence_number for post in found[POSTS]["posts"]] == [8, 7, 6, 5, 4]


@pytest.mark.parametrize("private", ["blog", "post"])
def test_what_is_private_is_not_shown(small_site: SmallSite, sections, private: str) -> None:
    page = getattr(small_site, private)
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.PASSWORD, password="x")
    assert small_site.post.title not in str(sections())


def test_without_a_blog_its_section_is_left_out(small_site: SmallSite, sections) -> None:
    small_site.blog.unpublish()
    assert POSTS not in sections()


def test_a_home_page_that_was_never_saved_has_a_preview(db: None) -> None:
    assert HomePage(title="New", slug="new").make_preview_request().status_code == 200


def test_the_home_page_prints_its_sections(small_site: SmallSite, asgi_get, register_hook) -> None:
    register_hook("home_sections", lambda request, page: HomeSection(POSTS, {"posts": [page]}))
    assert small_site.post.url in asgi_get("/").content.decode()
