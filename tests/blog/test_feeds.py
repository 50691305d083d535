"""Feeds: valid, complete, readable away from the site, and of nothing but what everybody may read."""

import datetime
import json
import re
import uuid

import feedparser
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from lxml import etree
from wagtail.models import PageViewRestriction, Site

from blog.feeds.views import MAX_ENTRIES
from blog.models import BlogPostPage, Category, PostAuthor
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, BlogIndexPageFactory, BlogPostPageFactory, SiteImageFactory

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
FORMATS = ("atom", "rss", "json")
each_format = pytest.mark.parametrize("format_name", FORMATS)
STRANGE_TITLES = [
    "A ]]> B <![CDATA[ & < > \" '",
    "Bell \x07, escape \x1b, nothing \x0b\x0c, no character \ufffe\uffff",
    "Emoji 👩🏽‍🚀 and 𝔐𝔞𝔱𝔥",
    "שלום \u202eעולם\u202c مرحبا",
    "</title></entry><script>alert(1)</script>",
    "x" * 255,
]


def parse(response: HttpResponse) -> feedparser.FeedParserDict:
    assert response.status_code == 200
    feed = feedparser.parse(response.content, response_headers={"content-type": response["Content-Type"]})
    assert not feed.bozo, feed.bozo_exception
    return feed


def titles(response: HttpResponse) -> list[str]:
    if response["Content-Type"].startswith("application/feed+json"):
        return [item["title"] for item in json.loads(response.content)["items"]]
    return [entry.title for entry in parse(response).entries]


def assert_is_atom(content: bytes) -> None:
    """Assert the rules of RFC 4287, section 4, that concern what is here."""
    feed = etree.fromstring(content)
    assert feed.tag == f"{ATOM}feed"
    for element in [feed, *feed.iter(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert uuid.UUID(element.findtext(f"{ATOM}id").removeprefix("urn:uuid:"))
        assert datetime.datetime.fromisoformat(element.findtext(f"{ATOM}updated")).tzinfo
        assert len(element.findall(f"{ATOM}link[@rel='alternate']")) == 1
    assert feed.find(f"{ATOM}link[@rel='self']").get("href").startswith("http://testserver/")
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    ids = [one.text for one in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    for text in feed.iter(f"{ATOM}summary", f"{ATOM}subtitle"):
        assert text.get("type") == "xhtml"
        assert [child.tag for child in text] == ["{http://www.w3.org/1999/xhtml}div"]


def assert_is_rss(content: bytes) -> None:
    """Assert the rules of RSS 2.0 and of the RSS Advisory Board's profile that concern what is here."""
    rss = etree.fromstring(content)
    channel = rss.find("channel")
    assert rss.get("version") == "2.0"
    assert all(channel.findtext(name) for name in ("title", "link", "description", "lastBuildDate"))
    assert channel.find(f"{ATOM}link[@rel='self']").get("href").endswith(".rss")
    for item in channel.iter("item"):
        assert item.find("guid").get("isPermaLink") == "false"
        assert item.findtext("link").startswith("http://testserver/")
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", item.findtext("pubDate"))
        assert len(item.findall("description")) == len(item.findall("guid")) == 1


def assert_is_json_feed(content: bytes) -> None:
    """Assert what JSON Feed 1.1 requires."""
    feed = json.loads(content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert feed["feed_url"].startswith("http://testserver/")
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert "content_html" in item
        assert datetime.datetime.fromisoformat(item["date_published"]).tzinfo
        assert all(author["name"] for author in item.get("authors", []))


RULES = {"atom": assert_is_atom, "rss": assert_is_rss, "json": assert_is_json_feed}


@each_format
@pytest.mark.parametrize("title", STRANGE_TITLES, ids=range(len(STRANGE_TITLES)))
@pytest.mark.by_day(0, 1, 2)
def test_it_is_valid_whatever_the_titles(small_site: SmallSite, asgi_get, format_name: str, title: str) -> None:
    author = AuthorFactory(name=title[:120])
    BlogPostPage.objects.filter(pk=small_site.post.pk).update(title=title, excerpt=title, draft_title=title)
    small_site.post.post_authors = [PostAuthor(author=author), PostAuthor(author=AuthorFactory())]
    small_site.post.post_authors.commit()
    BlogPostPageFactory(parent=small_site.blog, body=[])
    response = asgi_get(f"/blog/feed.{format_name}")
    RULES[format_name](response.content)
    if format_name != "json":
        entry = parse(response).entries[-1]
        assert entry.title.split() == re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff]", "\ufffd", title).split()
        assert len(entry.authors) == 2


@each_format
def test_an_empty_one_is_valid_and_stays_as_it_is(small_site: SmallSite, asgi_get, format_name: str) -> None:
    small_site.post.delete()
    answers = [asgi_get(f"/blog/feed.{format_name}") for _ in range(2)]
    RULES[format_name](answers[0].content)
    assert answers[0].content == answers[1].content


def test_a_text_can_be_read_elsewhere(small_site: SmallSite, asgi_get) -> None:
    picture = SiteImageFactory(file__width=600, file__height=400)
    markdown = (
        f"[About](page:{small_site.about.pk}) ![A stick](image:{picture.pk}) [mail](mailto:a@b.example)\n\n"
        "## Heading\n\n- [x] done\n\nA note[^1]\n\n[^1]: at the foot"
    )
    small_site.post.body = [("markdown", markdown), ("figure", {"image": picture, "placement": "wide"})]
    small_site.post.lead_image = picture
    small_site.post.save()
    html = json.loads(asgi_get("/blog/feed.json").content)["items"][0]["content_html"]
    root = etree.HTML(html)
    addresses = root.xpath("//@href | //@src") + [
        candidate.split()[0] for srcset in root.xpath("//@srcset") for candidate in srcset.split(", ")
    ]
    assert len(addresses) > 8
    assert all(address.startswith(("http://testserver/", "mailto:")) for address in addresses)
    assert "http://testserver/about-us/" in addresses
    assert any(address.startswith(f"{small_site.post.full_url}#fn") for address in addresses)
    assert html.count("<img") == 3
    assert "<h2>Heading</h2>" in html
    assert "☑" in html
    assert not re.search(r"<button|<input|data-|class=|tabindex|loading=|hidden", html)


@pytest.fixture
def grouped(small_site: SmallSite) -> SmallSite:
    """The small site, its post with a tag, a category and an author, and another post with none."""
    post = small_site.post
    post.title = "Grouped"
    post.tags.add("ink")
    post.categories = [Category.objects.create(name="Tools & type", slug="tools")]
    post.post_authors = [PostAuthor(author=AuthorFactory(name="Ada", slug="ada", biography="Writes."))]
    post.save()
    BlogPostPageFactory(parent=small_site.blog, title="Loose")
    return small_site


@each_format
@pytest.mark.parametrize("group", ["tags/ink", "categories/tools", "authors/ada"])
@pytest.mark.by_day(0, 1)
def test_each_group_has_its_own(grouped: SmallSite, asgi_get, group: str, format_name: str) -> None:
    response = asgi_get(f"/blog/{group}/feed.{format_name}")
    assert titles(response) == ["Grouped"]
    RULES[format_name](response.content)
    assert f"http://testserver/blog/{group}/feed.{format_name}" in response.content.decode()


@pytest.mark.parametrize("address", ["tags/none", "categories/none", "authors/none", "series/x", "tags/ink/x"])
@pytest.mark.by_day(0, 1)
def test_there_is_none_of_what_is_not_there(grouped: SmallSite, asgi_get, address: str) -> None:
    assert asgi_get(f"/blog/{address}/feed.atom").status_code == 404


def test_there_is_none_beside_a_blog(grouped: SmallSite, asgi_get) -> None:
    for address in ("/feed.atom", "/portfolio/feed.atom", "/nowhere/feed.rss", "/blog/feed.xml", "/blog/x/feed.json"):
        assert asgi_get(address).status_code == 404


@pytest.mark.parametrize("hide", ["draft", "restricted"])
@pytest.mark.by_day(0)
def test_a_group_without_a_post_to_read_is_not_told_of(grouped: SmallSite, asgi_get, hide: str) -> None:
    hide_page(grouped.post, hide)
    for group in ("tags/ink", "categories/tools", "authors/ada"):
        assert asgi_get(f"/blog/{group}/feed.atom").status_code == 404
    assert titles(asgi_get("/blog/feed.atom")) == ["Loose"]


def hide_page(page: BlogPostPage, way: str) -> None:
    if way == "draft":
        page.unpublish()
    else:
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


@each_format
@pytest.mark.parametrize("hidden", ["blog", "home"])
@pytest.mark.by_day(0)
def test_a_restricted_blog_has_none(
    grouped: SmallSite, asgi_get, client, editor, hidden: str, format_name: str
) -> None:
    PageViewRestriction.objects.create(page=getattr(grouped, hidden), restriction_type=PageViewRestriction.LOGIN)
    for address in (f"/blog/feed.{format_name}", f"/blog/tags/ink/feed.{format_name}"):
        assert asgi_get(address).status_code == 404
        client.force_login(editor)
        assert client.get(address).status_code == 404


def test_a_change_that_is_not_published_is_not_in_it(grouped: SmallSite, asgi_get) -> None:
    grouped.post.title = "Not yet"
    grouped.post.save_revision()
    for format_name in FORMATS:
        assert b"Not yet" not in asgi_get(f"/blog/feed.{format_name}").content


def test_it_has_the_newest_posts_first_and_not_all(small_site: SmallSite, asgi_get) -> None:
    for number in range(MAX_ENTRIES + 2):
        BlogPostPageFactory(parent=small_site.blog, title=f"No. {number}", date=datetime.date(2001, 1, 1 + number))
    small_site.post.delete()
    expected = [f"No. {number}" for number in reversed(range(2, MAX_ENTRIES + 2))]
    assert all(titles(asgi_get(f"/blog/feed.{format_name}")) == expected for format_name in FORMATS)


def test_two_blogs_have_one_each(small_site: SmallSite, asgi_get) -> None:
    second = BlogIndexPageFactory(parent=small_site.about, title="Journal", slug="journal")
    BlogPostPageFactory(parent=second, title="Of the journal")
    assert titles(asgi_get("/about-us/journal/feed.atom")) == ["Of the journal"]
    assert titles(asgi_get("/blog/feed.atom")) == [small_site.post.title]


def test_a_blog_may_be_the_front_of_a_site(small_site: SmallSite, asgi_get) -> None:
    Site.objects.update(root_page=small_site.blog)
    assert titles(asgi_get("/feed.atom")) == [small_site.post.title]


def test_the_ids_stay_when_a_post_is_moved_and_renamed(small_site: SmallSite, asgi_get) -> None:
    def ids() -> list[str]:
        return [entry.id for entry in parse(asgi_get("/blog/feed.atom")).entries]

    before = ids()
    small_site.post.slug = "elsewhere"
    small_site.post.save_revision().publish()
    assert ids() == before


@pytest.mark.nightly
def test_a_blog_that_is_moved_takes_its_feeds_along(
    grouped: SmallSite, asgi_get, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        grouped.blog.slug = "journal"
        grouped.blog.save_revision().publish()
    for rest in ("feed.atom", "tags/ink/feed.json"):
        response = asgi_get(f"/blog/{rest}")
        assert (response.status_code, response["Location"]) == (301, f"/journal/{rest}")
        assert asgi_get(response["Location"]).status_code == 200


def test_dates_are_those_that_are_printed(small_site: SmallSite, asgi_get) -> None:
    post = small_site.post
    post.date = datetime.date(2020, 2, 29)
    post.first_published_at = datetime.datetime(2020, 2, 29, 9, tzinfo=datetime.UTC)
    post.last_published_at = datetime.datetime(2021, 3, 1, 10, tzinfo=datetime.UTC)
    post.save()
    entry = parse(asgi_get("/blog/feed.atom")).entries[0]
    assert (entry.published, entry.updated) == ("2020-02-29T09:00:00+00:00", "2021-03-01T10:00:00+00:00")
    post.date = datetime.date(2022, 1, 1)
    post.save()
    entry = parse(asgi_get("/blog/feed.atom")).entries[0]
    assert entry.published == entry.updated == "2022-01-01T00:00:00+00:00"


@each_format
@pytest.mark.by_day(0)
def test_who_has_it_is_not_sent_it_again(small_site: SmallSite, asgi_get, format_name: str) -> None:
    url = f"/blog/feed.{format_name}"
    first = asgi_get(url)
    assert "public" in first["Cache-Control"]
    assert "Cookie" not in first.get("Vary", "")
    again = asgi_get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert asgi_get(url, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    small_site.post.title = "Another title"
    small_site.post.save_revision().publish()
    assert asgi_get(url, headers={"If-None-Match": first["ETag"]}).status_code == 200


def fill(small_site: SmallSite, number: int) -> None:
    for _ in range(number):
        picture = SiteImageFactory(file__width=60, file__height=40)
        markdown = f"![x](image:{picture.pk}) [y](page:{small_site.about.pk})"
        figure = ("figure", {"image": picture, "placement": "column"})
        gallery = ("gallery", {"pictures": [{"image": picture}]})
        post = BlogPostPageFactory(
            parent=small_site.blog, lead_image=picture, body=[figure, ("markdown", markdown), gallery]
        )
        post.tags.add("common")
        post.post_authors = [PostAuthor(author=AuthorFactory())]
        post.save()


@each_format
@pytest.mark.by_day(0)
def test_the_number_of_queries_does_not_grow(small_site: SmallSite, asgi_get, format_name: str) -> None:
    def count(url: str) -> int:
        asgi_get(url)  # makes the pictures' sizes
        with CaptureQueriesContext(connection) as queries:
            assert asgi_get(url).status_code == 200
        return len(queries)

    urls = [f"/blog/feed.{format_name}", f"/blog/tags/common/feed.{format_name}"]
    fill(small_site, 2)
    few = [count(url) for url in urls]
    fill(small_site, 10)
    assert [count(url) for url in urls] == few
    assert max(few) <= 30


def test_feeds_of_other_apps_come_before_those_of_blogs() -> None:
    """The patterns of feeds match a path in any folder, so a pattern behind them would never be asked."""
    assert get_resolver().url_patterns[-1].urlconf_name.__name__ == "blog.feeds.urls"
