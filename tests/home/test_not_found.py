"""The page of an address that leads nowhere, and the one of a failure."""

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction, Site

from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory

pytestmark = pytest.mark.django_db


def test_it_names_the_latest_posts(small_site: SmallSite, asgi_get) -> None:
    response = asgi_get("/nowhere/")
    assert response.status_code == 404
    assert small_site.post.title in response.content.decode()
    PageViewRestriction.objects.create(page=small_site.blog, restriction_type=PageViewRestriction.LOGIN)
    assert small_site.post.title not in asgi_get("/nowhere/").content.decode()


def test_its_queries_do_not_grow_with_posts(small_site: SmallSite, asgi_get) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            asgi_get("/nowhere/")
        return len(queries)

    asgi_get("/nowhere/")
    few = count()
    for _ in range(12):
        BlogPostPageFactory(parent=small_site.blog)
    assert count() == few


def test_it_works_without_a_site(asgi_get) -> None:
    Site.objects.all().delete()
    assert "isn’t here" in asgi_get("/nowhere/").content.decode()


def test_the_page_of_a_failure_needs_no_database(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert "We made a mistake" in render_to_string("500.html")
