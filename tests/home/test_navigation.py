"""The main menu."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction, Site

from home.navigation import menu_items, menus
from tests.conftest import SmallSite
from tests.factories import StandardPageFactory


@pytest.fixture
def request_for(rf, small_site: SmallSite):
    return rf.get


def show_in_menu(*pages: Page) -> None:
    for page in pages:
        page.show_in_menus = True
        page.save()


def test_the_menu_shows_what_is_marked_for_it_in_the_order_of_the_tree(small_site: SmallSite, request_for) -> None:
    show_in_menu(small_site.contact, small_site.blog)
    assert [(item.label, item.url) for item in menu_items(request_for("/"))] == [
        ("Blog", "/blog/"),
        ("Contact", "/contact/"),
    ]


def test_drafts_and_private_pages_are_not_in_the_menu(small_site: SmallSite, request_for) -> None:
    show_in_menu(small_site.about, small_site.blog, small_site.contact)
    small_site.blog.unpublish()
    PageViewRestriction.objects.create(page=small_site.contact, restriction_type=PageViewRestriction.LOGIN)
    assert [item.label for item in menu_items(request_for("/"))] == ["About us"]


def test_pages_below_a_section_are_not_in_the_menu(small_site: SmallSite, request_for) -> None:
    show_in_menu(small_site.post)
    assert menu_items(request_for("/")) == []


def test_the_section_that_is_being_read_is_marked(small_site: SmallSite, request_for) -> None:
    show_in_menu(small_site.about, small_site.blog)
    blog, about = menu_items(request_for(small_site.post.url))
    assert (blog.is_section, blog.is_current) == (True, False)
    assert (about.is_section, about.is_current) == (False, False)
    blog, about = menu_items(request_for("/blog/"))
    assert (blog.is_section, blog.is_current) == (True, True)


def test_the_menu_costs_as_many_queries_with_fifty_pages_as_with_two(small_site: SmallSite, request_for) -> None:
    show_in_menu(small_site.about, small_site.blog)
    menu_items(request_for("/"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert len(menu_items(request_for("/"))) == 2
    for number in range(48):
        StandardPageFactory(parent=small_site.home, title=f"Page {number}", show_in_menus=True)
    with CaptureQueriesContext(connection) as many:
        assert len(menu_items(request_for("/"))) == 50
    assert len(many) == len(few)


def test_a_template_without_a_menu_pays_no_query_for_it(small_site: SmallSite, request_for) -> None:
    with CaptureQueriesContext(connection) as queries:
        menus(request_for("/"))
    assert len(queries) == 0


def test_without_a_site_there_is_no_menu(small_site: SmallSite, request_for) -> None:
    Site.objects.all().delete()
    assert menu_items(request_for("/")) == []
