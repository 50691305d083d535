"""An async view behind Wagtail's own routing, restrictions and hooks."""

import asyncio
from http import HTTPMethod

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path as url_path
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.models import PageViewRestriction

from blog.models import BlogIndexPage
from galley.async_pages.async_views import AsyncViewMixin
from tests.conftest import SmallSite


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch):
    """Have the blog answered by a given async view."""
    return lambda view: monkeypatch.setattr(BlogIndexPage, "async_view", staticmethod(view))


def test_the_view_runs_on_the_event_loop(small_site: SmallSite, answer, asgi_get) -> None:
    async def view(request, page):
        await asyncio.sleep(0)
        return HttpResponse(f"{page.title} {asyncio.get_running_loop().is_running()}")

    answer(view)
    assert asgi_get("/blog/").content == b"Blog True"


def test_before_serve_page_hooks_may_answer_instead(small_site: SmallSite, register_hook, asgi_get) -> None:
    register_hook("before_serve_page", lambda page, request, args, kwargs: HttpResponse("From a hook"))
    assert asgi_get("/blog/").content == b"From a hook"


def test_on_serve_page_hooks_may_set_headers_and_cookies(
    small_site: SmallSite, answer, register_hook, asgi_get
) -> None:
    def decorate(serve):
        def inner(page, request, args, kwargs):
            response = serve(page, request, args, kwargs)
            response["X-Hook"] = page.title
            response["Vary"] = "Accept-Language"
            response.set_cookie("seen", "yes")
            return response

        return inner

    async def view(request, page):
        return HttpResponse("words", content_type="text/plain", headers={"Vary": "HX-Request"})

    register_hook("on_serve_page", decorate)
    answer(view)
    response = asgi_get("/blog/")
    assert response["X-Hook"] == "Blog"
    assert response.cookies["seen"].value == "yes"
    assert response["Content-Type"] == "text/plain"
    assert {"HX-Request", "Accept-Language"} <= {field.strip() for field in response["Vary"].split(",")}


def restrict(page, kind: str, **kwargs) -> PageViewRestriction:
    return PageViewRestriction.objects.create(page=page, restriction_type=kind, **kwargs)


def test_a_page_behind_a_login_is_not_answered_before_it(small_site: SmallSite, asgi_get, async_client, editor) -> None:
    restrict(small_site.blog, PageViewRestriction.LOGIN)
    response = asgi_get("/blog/")
    assert response.status_code == 302
    assert "login" in response["Location"]
    async_client.force_login(editor)
    response = asgi_get("/blog/")
    assert response.status_code == 200
    assert "private" in response["Cache-Control"]


def test_a_page_for_a_group_is_answered_to_its_members_only(
    small_site: SmallSite, asgi_get, async_client, django_user_model
) -> None:
    group = Group.objects.create(name="Proof-readers")
    restrict(small_site.blog, PageViewRestriction.GROUPS).groups.add(group)
    reader = django_user_model.objects.create_user("reader")
    async_client.force_login(reader)
    assert asgi_get("/blog/").status_code == 302
    reader.groups.add(group)
    assert asgi_get("/blog/").status_code == 200


def test_a_page_behind_a_password_asks_for_it(small_site: SmallSite, asgi_get, async_client) -> None:
    restriction = restrict(small_site.blog, PageViewRestriction.PASSWORD, password="stet")
    response = asgi_get("/blog/")
    assert "password" in response.content.decode()
    assert small_site.post.title not in response.content.decode()
    address = f"/_util/authenticate_with_password/{restriction.pk}/{small_site.blog.pk}/"
    async_to_sync(async_client.post)(address, {"password": "stet", "return_url": "/blog/"})
    assert small_site.post.title in asgi_get("/blog/").content.decode()


def test_methods_that_the_page_does_not_allow_are_refused(small_site: SmallSite, async_client, monkeypatch) -> None:
    monkeypatch.setattr(BlogIndexPage, "allowed_http_methods", [HTTPMethod.GET])
    assert async_to_sync(async_client.post)("/blog/").status_code == 405


def test_it_answers_under_wsgi_too(small_site: SmallSite, client: Client) -> None:
    assert small_site.post.title in client.get("/blog/").content.decode()


def test_a_preview_is_rendered_from_template_and_context(small_site: SmallSite) -> None:
    small_site.blog.title = "Changed and not saved"
    response = small_site.blog.make_preview_request()
    assert response.status_code == 200
    assert "Changed and not saved" in response.content.decode()
    assert small_site.post.title in response.content.decode()


def test_an_error_in_the_view_reaches_django(small_site: SmallSite, answer, async_client) -> None:
    async def view(request, page):
        raise RuntimeError("in the view")

    answer(view)
    async_client.raise_request_exception = False
    assert async_to_sync(async_client.get)("/blog/").status_code == 500


class RoutableExample(RoutablePageMixin, AsyncViewMixin):
    """What a page with routes of its own does to be answered on the event loop."""

    @path("")
    def index(self, request):
        return self.answer_async(request, say_where)

    @path("archive/<int:year>/")
    def archive(self, request, year):
        async def view(request, page):
            return HttpResponse(f"{year} on the loop: {on_event_loop()}")

        return self.answer_async(request, view)


def on_event_loop() -> bool:
    try:
        return asyncio.get_running_loop() is not None
    except RuntimeError:
        return False


async def say_where(request, page):
    return HttpResponse(f"index on the loop: {on_event_loop()}")


def serve_routable(request, rest):
    assert not on_event_loop()
    page = RoutableExample()
    return page.serve(request, *page.resolve_subpage(f"/{rest}"))


urlpatterns = [url_path("routable/<path:rest>", serve_routable), url_path("routable/", serve_routable, {"rest": ""})]


@pytest.mark.urls("tests.galley.async_pages.test_async_views")
@pytest.mark.parametrize(
    ("address", "words"),
    [("/routable/", b"index on the loop: True"), ("/routable/archive/2024/", b"2024 on the loop: True")],
)
def test_routes_of_a_routable_page_can_be_answered_async(db, asgi_get, monkeypatch, address: str, words: bytes) -> None:
    monkeypatch.setattr("django.conf.settings.MIDDLEWARE", [])
    assert asgi_get(address).content == words


def test_it_says_that_it_is_no_preview(small_site: SmallSite) -> None:
    request = RequestFactory().get("/blog/")
    small_site.blog.serve(request)
    assert request.is_preview is False
