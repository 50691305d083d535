"""Pages are served from what is kept, and every change is seen by the next request."""

import datetime

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connection
from django.http import Http404
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.url_routing import RouteResult

from blog.models import BlogIndexPage, BlogPostPage
from galley.page_cache.page_routing import cache_route
from galley.page_cache.queries import record_queries
from galley.page_cache.versioned import use_current_version
from home.models import SiteSettings, StandardPage
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory, SiteImageFactory, StandardPageFactory

# What is kept is kept between transactions, not inside of one.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def get(client: Client):
    """The text of a page, asked for twice: the second answer is made from what the first has left."""

    def ask(url: str, status: int = 200) -> str:
        first, second = client.get(url), client.get(url)
        assert first.status_code == second.status_code == status
        assert first.content == second.content
        return second.content.decode()

    return ask


@pytest.mark.parametrize("name", ["post", "blog", "about", "project", "portfolio", "home"])
@pytest.mark.by_day(0, 3)
def test_a_page_that_was_asked_for_before_takes_one_query(small_site: SmallSite, client: Client, name: str) -> None:
    url = getattr(small_site, name).url
    client.get(url)  # makes the site's texts, which is a change
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
        asked = [query["sql"] for query in queries.captured_queries]
    assert len(asked) == 1, asked  # the version


def test_the_addresses_in_the_head_are_found_once(
    small_site: SmallSite, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(small_site.post.url)
    client.get(small_site.post.url)
    asked: list[str] = []
    monkeypatch.setattr(staticfiles_storage, "url", lambda name: asked.append(name) or name)
    assert client.get(small_site.post.url).status_code == 200
    assert not asked


@pytest.mark.parametrize("path", ["archive/", "tags/", "tags/ink/"])
@pytest.mark.by_day(0)
def test_a_route_that_was_asked_for_before_takes_few_queries(small_site: SmallSite, client: Client, path: str) -> None:
    small_site.post.tags.add("ink")
    small_site.post.save()
    client.get(f"/blog/{path}")
    client.get(f"/blog/{path}")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/blog/{path}").status_code == 200
    # The version, and the tag.
    assert len(queries) <= 2


@pytest.fixture
def route(small_site: SmallSite, rf: RequestFactory):
    """Returns the page of a URL as a request is given it, in the current version of the content."""

    def find(url: str):
        request = rf.get(url)
        with use_current_version(request):
            cache_route(request, url.strip("/"))
        return request._wagtail_route_for_request.page

    return find


def test_each_request_has_a_page_of_its_own(small_site: SmallSite, route) -> None:
    small_site.post.lead_image = SiteImageFactory()
    small_site.post.save()
    first, second = route(small_site.post.url), route(small_site.post.url)
    assert first == second == small_site.post
    assert first is not second
    assert first.lead_image is not second.lead_image
    assert first.body is not second.body
    # A response that is cached depends on what its own request has read.
    for page in (first, second):
        with record_queries() as queries:
            assert not page.lead_image.tags.exists()
        assert queries.tables


def test_a_page_tells_the_present_state_of_its_draft(small_site: SmallSite, route) -> None:
    route("/about-us/")
    Page.objects.filter(pk=small_site.about.pk).update(locked=True, draft_title="Not yet")  # makes no new version
    with CaptureQueriesContext(connection) as queries:
        page = route("/about-us/")
    assert len(queries) == 1
    assert page.locked
    assert page.draft_title == "Not yet"


def test_a_plain_page_is_served(small_site: SmallSite, route) -> None:
    small_site.home.add_child(instance=Page(title="Plain", slug="plain"))
    assert route("/plain/").title == "Plain"


def test_a_new_post_takes_its_address_from_a_route(small_site: SmallSite, get) -> None:
    assert "<title>Archive" in get("/blog/archive/")
    post = BlogPostPageFactory(parent=small_site.blog, title="A post on archives", slug="archive")
    assert "<title>A post on archives" in get("/blog/archive/")
    post.unpublish()
    assert "<title>Archive" in get("/blog/archive/")


def test_a_new_post_is_seen_in_the_archive_and_under_its_tag(small_site: SmallSite, get) -> None:
    small_site.post.tags.add("ink")
    small_site.post.save()
    assert "The next one" not in get("/blog/tags/ink/")
    post = BlogPostPageFactory(parent=small_site.blog, title="The next one", date=datetime.date(1990, 1, 1))
    post.tags.add("ink")
    post.save()
    assert "The next one" in get("/blog/tags/ink/")
    assert "1990" in get("/blog/archive/")
    get("/blog/1990/")
    post.unpublish()
    assert "The next one" not in get("/blog/tags/ink/")
    get("/blog/1990/", 404)


def test_a_change_of_the_page_is_seen(small_site: SmallSite, get) -> None:
    get("/about-us/")
    small_site.about.title = "A new title"
    small_site.about.save_revision().publish()
    assert "A new title" in get("/about-us/")


def test_a_draft_is_not_seen(small_site: SmallSite, get) -> None:
    get("/about-us/")
    small_site.about.title = "Not yet"
    small_site.about.save_revision()
    assert "Not yet" not in get("/about-us/")
    assert "Not yet" in small_site.about.get_latest_revision_as_object().make_preview_request().content.decode()
    assert "Not yet" not in get("/about-us/")


def test_a_change_of_the_menu_is_seen_on_every_page(small_site: SmallSite, get) -> None:
    get("/blog/")
    StandardPageFactory(parent=small_site.home, title="Brand new", show_in_menus=True)
    assert "Brand new" in get("/blog/")


def test_the_menu_marks_the_page_that_is_read(small_site: SmallSite, get) -> None:
    StandardPageFactory(parent=small_site.home, title="Leaf", slug="leaf", show_in_menus=True)
    assert 'aria-current="page">Leaf' not in get("/about-us/")
    assert 'aria-current="page">Leaf' in get("/leaf/")


def test_a_change_of_the_site_texts_is_seen(small_site: SmallSite, get) -> None:
    get("/about-us/")
    texts = SiteSettings.for_site(Site.objects.get())
    texts.footer_text = "Printed in a shed"
    texts.save()
    assert "Printed in a shed" in get("/about-us/")


def test_a_new_post_is_seen_in_the_list_and_beside_its_neighbours(small_site: SmallSite, get) -> None:
    get("/blog/")
    get(small_site.post.url)
    later = small_site.post.date + datetime.timedelta(days=1)
    BlogPostPageFactory(parent=small_site.blog, title="The next one", date=later)
    assert "The next one" in get("/blog/")
    assert "The next one" in get(small_site.post.url)
    assert "The next one" in get("/")


def test_the_lists_of_two_filters_are_told_apart(small_site: SmallSite, get) -> None:
    for title, tag in (("About ink", "ink"), ("About paper", "paper")):
        BlogPostPageFactory(parent=small_site.blog, title=title).tags.add(tag)
        post = BlogPostPage.objects.get(title=title)
        post.tags.add(tag)
        post.save()
    assert "About paper" not in get("/blog/?tag=ink")
    assert "About paper" in get("/blog/?tag=paper")
    assert "About ink" in get("/blog/?tag=ink&page=7")


def test_an_unpublished_page_is_gone(small_site: SmallSite, get) -> None:
    get("/about-us/")
    small_site.about.unpublish()
    get("/about-us/", 404)


def test_a_moved_page_is_found_at_its_new_address_only(small_site: SmallSite, get) -> None:
    get("/about-us/")
    small_site.about.move(small_site.contact, pos="last-child")
    get("/about-us/", 301)  # Wagtail leaves a redirect
    get("/contact/about-us/")


@pytest.mark.parametrize("above", [False, True], ids=["itself", "above"])
def test_a_page_that_becomes_private_is_so_at_once(small_site: SmallSite, get, client, editor, above: bool) -> None:
    get(small_site.post.url)
    restricted = small_site.blog if above else small_site.post
    PageViewRestriction.objects.create(page=restricted, restriction_type=PageViewRestriction.LOGIN)
    for _ in range(2):
        assert client.get(small_site.post.url).status_code == 302
    client.force_login(editor)
    assert small_site.post.title in get(small_site.post.url)
    client.logout()
    assert client.get(small_site.post.url).status_code == 302


def test_an_alias_is_as_private_as_its_source(small_site: SmallSite, client) -> None:
    alias = small_site.about.create_alias(update_slug="copy", parent=small_site.home)
    PageViewRestriction.objects.create(page=small_site.about, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(alias.url).status_code == 302


def test_a_page_type_with_routes_of_its_own_is_asked(small_site: SmallSite, client, monkeypatch) -> None:
    def route(self, request, components):
        if components == ["archive"]:
            return RouteResult(self)
        raise Http404

    monkeypatch.setattr(BlogIndexPage, "route", route)
    assert client.get("/blog/archive/").status_code == 200
    assert client.get(small_site.post.url).status_code == 404


def test_each_site_has_its_own_pages(small_site: SmallSite, client, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "second.example"]
    other = StandardPageFactory(parent=Page.objects.get(depth=1), title="The second site", slug="second")
    StandardPageFactory(parent=other, title="About the second", slug="about-us")
    Site.objects.create(hostname="second.example", root_page=other, site_name="Second")
    for _ in range(2):
        assert small_site.about.title in client.get("/about-us/").content.decode()
        assert "About the second" in client.get("/about-us/", headers={"host": "second.example"}).content.decode()


def test_a_site_that_another_process_has_moved_is_seen(small_site: SmallSite, get) -> None:
    get("/about-us/")
    Site.objects.update(hostname="elsewhere.example")  # without the signal, which other processes don't hear
    assert "http://elsewhere.example/about-us/" in get("/about-us/")


def test_a_page_that_is_published_by_the_clock_is_seen(small_site: SmallSite, get) -> None:
    get("/blog/")
    post = BlogPostPage(title="By the clock", slug="clock", date=timezone.localdate(), live=False)
    small_site.blog.add_child(instance=post)
    post.go_live_at = timezone.now() + datetime.timedelta(hours=1)
    revision = post.save_revision(approved_go_live_at=post.go_live_at)
    assert "By the clock" not in get("/blog/")
    revision.publish()
    Page.objects.filter(pk=post.pk).update(live=True)
    assert "By the clock" in get("/blog/")


def test_what_one_page_type_prints_is_not_shown_by_another(small_site: SmallSite, get) -> None:
    assert StandardPage.objects.get(slug="about-us").title in get("/about-us/")
    assert "<form" in Client().get("/contact/").content.decode().partition("<main")[2]
