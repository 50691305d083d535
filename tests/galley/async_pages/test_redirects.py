"""URLs that have changed: they redirect in one step, never in a circle, and take along what was below them."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from django.http import HttpResponse
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from blog.models import Author, Category
from galley.async_pages.redirects import add_redirect
from tests.conftest import SmallSite

pytestmark = pytest.mark.django_db

Get = Callable[..., HttpResponse]


@pytest.fixture
def move(django_capture_on_commit_callbacks) -> Callable[[Page, str], None]:
    """Change the slug of a page, and publish it."""

    def move(page: Page, slug: str) -> None:
        page.slug = slug
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        page.refresh_from_db()

    return move


@pytest.mark.parametrize("name", ["about", "post", "blog"])
@pytest.mark.parametrize("slug", ["elsewhere", "anderswo-ü"])
@pytest.mark.by_day(1)
def test_a_page_that_was_moved_back_and_unpublished_is_not_found(
    small_site: SmallSite, client: Client, move, name: str, slug: str
) -> None:
    page = getattr(small_site, name)
    home, former = page.url, page.slug
    move(page, slug)
    elsewhere = page.url
    assert client.get(home)["Location"] == elsewhere
    move(page, former)
    assert client.get(elsewhere)["Location"] == home
    page.unpublish()
    for url in (elsewhere, home, f"{home}?x=1", f"{home}nothing/"):
        assert client.get(url).status_code == 404


def test_a_browser_that_knows_a_redirect_asks_again(small_site: SmallSite, asgi_get: Get, move) -> None:
    """Else it would go in circles once the page is moved back."""
    url = small_site.about.url
    move(small_site.about, "elsewhere")
    assert asgi_get(url)["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("rest", ["archive/", "tags/", "authors/ada/", "2024/", "feed.json", "a%3Fb/%C3%BC%23/"])
@pytest.mark.by_day(0)
def test_what_is_below_a_moved_page_moves_with_it(small_site: SmallSite, client: Client, move, rest: str) -> None:
    move(small_site.blog, "journal")
    move(small_site.blog, "news")
    for before in ("blog", "journal"):
        response = client.get(f"/{before}/{rest}")
        assert (response.status_code, response["Location"]) == (301, f"/news/{rest}")


def test_the_nearest_page_above_decides(small_site: SmallSite, asgi_get: Get) -> None:
    for old_path, page in {"/a": small_site.blog, "/a/b": small_site.portfolio}.items():
        Redirect.add_redirect(old_path, page, automatically_created=True)
    assert asgi_get("/a/b/c/")["Location"] == f"{small_site.portfolio.url}c/"
    assert asgi_get("/a/x/c/")["Location"] == f"{small_site.blog.url}x/c/"


def test_what_an_editor_redirects_is_one_page(small_site: SmallSite, asgi_get: Get) -> None:
    Redirect.add_redirect("/campaign", "https://shop.example/")
    assert asgi_get("/campaign/").status_code == 301
    assert asgi_get("/campaign/below/").status_code == 404


@pytest.mark.parametrize("path", ["/a/" * 500, f"/{'x' * 5000}/y/", "/a/%00/b/"])
def test_strange_paths_are_not_found(small_site: SmallSite, asgi_get: Get, path: str) -> None:
    assert asgi_get(path).status_code == 404


def test_a_redirect_is_one_step_however_often_a_url_changes() -> None:
    urls = [f"/files/{number}.pdf" for number in range(25)]
    for former, present in pairwise(urls):
        add_redirect(former, present)
    assert set(Redirect.objects.values_list("redirect_link", flat=True)) == {urls[-1]}
    assert Redirect.objects.count() == 24
    add_redirect(urls[-1], urls[0])
    assert not Redirect.objects.filter(old_path=urls[0]).exists()
    assert set(Redirect.objects.values_list("redirect_link", flat=True)) == {urls[0]}


def test_there_are_never_two_redirects_of_a_url(small_site: SmallSite, asgi_get: Get) -> None:
    """Wagtail's middleware would answer 500."""
    for _ in range(3):
        add_redirect("/a.pdf", "/b.pdf")
    assert Redirect.objects.filter(old_path="/a.pdf").count() == 1
    Redirect.objects.update(automatically_created=False, redirect_link="/chosen/")
    add_redirect("/a.pdf", "/c.pdf")
    assert asgi_get("/a.pdf")["Location"] == "/chosen/"
    Redirect.add_redirect("/a.pdf", "/of-this-site/", site=Site.objects.get())
    assert asgi_get("/a.pdf")["Location"] == "/of-this-site/"


@pytest.mark.parametrize(("model", "segment"), [(Author, "authors"), (Category, "categories")])
@pytest.mark.by_day(0)
def test_a_term_takes_its_addresses_along(small_site: SmallSite, asgi_get: Get, move, model, segment: str) -> None:
    term = model.objects.create(name="Ada", slug="ada")
    if model is Author:
        small_site.post.post_authors.create(author=term)
    else:
        small_site.post.categories.add(term)
    small_site.post.save_revision().publish()
    for slug in ("lovelace", "countess", "ada-l"):
        term.slug = slug
        term.save()
    for rest in ("", "feed.atom", "feed.rss"):
        response = asgi_get(f"/blog/{segment}/ada/{rest}")
        assert (response.status_code, response["Location"]) == (301, f"/blog/{segment}/ada-l/{rest}")
        assert asgi_get(response["Location"]).status_code == 200
    move(small_site.blog, "news")
    assert asgi_get(f"/blog/{segment}/countess/")["Location"] == f"/news/{segment}/ada-l/"
    small_site.blog.move(small_site.about, pos="last-child")
    assert asgi_get(f"/blog/{segment}/countess/")["Location"] == f"/about-us/news/{segment}/ada-l/"
    small_site.blog.refresh_from_db()
    small_site.blog.move(small_site.home, pos="last-child")
    assert asgi_get(f"/blog/{segment}/countess/")["Location"] == f"/news/{segment}/ada-l/"
    term.name = "Ada again"
    term.save()
    term.slug = "ada"
    term.save()
    assert asgi_get(f"/news/{segment}/ada/").status_code == 200


def test_unpublished_pages_that_redirect_to_each_other_are_not_found(small_site: SmallSite, client: Client) -> None:
    pages = [small_site.about, small_site.blog, small_site.portfolio]
    for page, following in pairwise([*pages, pages[0]]):
        Redirect.add_redirect(page.url, following)
    Redirect.add_redirect("/x/", pages[0])
    for page in pages:
        page.unpublish()
    for url in ("/x/", *(page.url for page in pages)):
        assert client.get(url).status_code == 404
    pages[2].save_revision().publish()
    # In one step, and each is right again.
    for url in ("/x/", pages[0].url, pages[1].url):
        assert client.get(url)["Location"] == pages[2].url
    assert client.get(pages[2].url).status_code == 200
    pages[0].save_revision().publish()
    assert client.get("/x/")["Location"] == pages[0].url


def test_a_circle_through_another_site_is_not_found(small_site: SmallSite, client: Client) -> None:
    Site.objects.create(hostname="other.example", root_page=small_site.portfolio)
    here, other = Site.objects.order_by("-is_default_site")
    Redirect.objects.bulk_create(  # as an import may: it sends no signals
        [
            Redirect(old_path="/a", site=here, redirect_link="http://other.example/a/"),
            Redirect(old_path="/a", site=other, redirect_link=f"{here.root_url}/a/"),
        ]
    )
    client.defaults["HTTP_HOST"] = here.hostname
    assert client.get("/a/").status_code == 404
    Redirect.objects.filter(site=here).update(redirect_link="http://other.example/b/")
    assert client.get("/a/")["Location"] == "http://other.example/b/"


def test_below_pages_that_have_changed_places_nothing_leads_in_a_circle(
    small_site: SmallSite, client: Client, move
) -> None:
    blog, about = small_site.blog, small_site.about
    move(blog, "news")
    move(about, "blog")
    move(about, "else")
    move(blog, "about-us")
    move(about, "news")
    # /about-us was the one, and is the blog by now. /news was the blog, and is the other.
    assert client.get("/news/archive/")["Location"] == "/about-us/archive/"
    assert client.get("/about-us/archive/").status_code == 200
    for url in ("/news/nothing/", "/about-us/nothing/"):
        assert client.get(url).status_code == 404
