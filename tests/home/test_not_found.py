"""The pages for errors: 404 and 500."""

import threading

import pytest
from django.db import connection
from django.http import Http404, HttpResponseNotFound
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import path
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction, Site

from home.not_found import NotFoundPage
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


def test_a_missing_page_is_named_and_the_menu_offered(small_site: SmallSite, asgi_get) -> None:
    small_site.blog.show_in_menus = True
    small_site.blog.save()
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


# --- which thread

threads: dict[str, int] = {}


def view_without_a_page(request):
    threads["request"] = threading.get_ident()
    raise Http404


def handler404(request, exception):
    threads["handler"] = threading.get_ident()
    return NotFoundPage(request, exception) if request.path == "/ours/" else HttpResponseNotFound()


urlpatterns = [path("ours/", view_without_a_page), path("theirs/", view_without_a_page)]


@pytest.mark.urls("tests.home.test_not_found")
def test_django_calls_the_handler_in_a_thread_of_its_own(asgi_get) -> None:
    """If this fails, Django uses the request's thread, and `NotFoundPageMiddleware` can go."""
    assert asgi_get("/theirs/").status_code == 404
    assert threads["handler"] != threads["request"]


@pytest.mark.urls("tests.home.test_not_found")
def test_the_page_is_rendered_in_the_thread_of_the_request(asgi_get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotFoundPage, "render_page", lambda page: threads.update(page=threading.get_ident()))
    assert asgi_get("/ours/").status_code == 404
    assert threads["page"] == threads["request"]
