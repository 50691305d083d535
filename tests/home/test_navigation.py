"""The main menu, and the page that helps whoever lost the way."""

import pytest
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction, Site

from home.navigation import main_menu, menu_items
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
        main_menu(request_for("/"))
    assert len(queries) == 0


def test_without_a_site_there_is_no_menu(small_site: SmallSite, request_for) -> None:
    Site.objects.all().delete()
    assert menu_items(request_for("/")) == []


def test_a_missing_page_is_named_and_the_menu_offered(small_site: SmallSite, asgi_get) -> None:
    show_in_menu(small_site.blog)
    response = asgi_get("/blgo/<b>/")
    html = response.content.decode()
    assert response.status_code == 404
    assert "/blgo/&lt;b&gt;/" in html
    assert '<a href="/blog/">Blog</a>' in html.split("<main", 1)[1]


def test_a_redirect_is_followed_instead(small_site: SmallSite, asgi_get) -> None:
    Redirect.add_redirect("/old-address", redirect_to=small_site.about)
    response = asgi_get("/old-address/")
    assert (response.status_code, response.url) == (301, "/about-us/")


def test_a_missing_page_is_answered_without_asgi_too(small_site: SmallSite, client) -> None:
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert "This page isn’t here" in response.content.decode()


def test_the_page_for_our_own_mistakes_needs_neither_database_nor_request() -> None:
    html = engines["django"].get_template("500.html").render()
    assert "We made a mistake" in html
