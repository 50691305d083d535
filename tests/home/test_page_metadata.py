"""What engines and sharing services are told: right, safe, and nothing of what isn't published."""

import datetime
import json
from typing import Any

import pytest
from lxml import html
from wagtail.models import Page

from blog.models import BlogPostPage, Category, PostAuthor
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, SiteImageFactory

pytestmark = pytest.mark.django_db


class Head:
    """The head of a page as programs read it."""

    def __init__(self, content: bytes) -> None:
        self.document = html.fromstring(content.decode())

    def meta(self, name: str) -> list[str]:
        return [
            node.get("content") for node in self.document.xpath(f"//head/meta[@name='{name}' or @property='{name}']")
        ]

    def links(self, rel: str) -> list[str]:
        return [node.get("href") for node in self.document.xpath(f"//head/link[@rel='{rel}']")]

    def nodes(self) -> dict[str, Any]:
        [script] = self.document.xpath("//head/script[@type='application/ld+json']")
        return {node["@type"]: node for node in json.loads(script.text)["@graph"]}


@pytest.fixture
def post(small_site: SmallSite) -> BlogPostPage:
    post = small_site.post
    post.title = 'On <proofs> & "quotes" </script><script>alert(1)</script> \u2028'
    post.excerpt = "What a proof is."
    post.date = datetime.date(2020, 2, 29)
    post.tags.add("ink")
    post.categories = [Category.objects.create(name="Tools", slug="tools")]
    post.post_authors = [PostAuthor(author=AuthorFactory(name="Ada", slug="ada"))]
    post.save()
    return post


def test_a_post_is_an_article(post: BlogPostPage, asgi_get) -> None:
    content = asgi_get(post.url).content
    head = Head(content)
    assert head.links("canonical") == head.meta("og:url") == [post.full_url]
    assert head.meta("og:type") == ["article"]
    assert head.meta("og:title") == [post.title]
    assert head.meta("description") == head.meta("og:description") == ["What a proof is."]
    assert head.meta("og:locale") == ["en_GB"]
    assert head.meta("article:published_time") == ["2020-02-29T00:00:00+00:00"]
    assert head.meta("article:author") == ["http://testserver/blog/authors/ada/"]
    assert head.meta("article:tag") == ["ink"]
    nodes = head.nodes()
    assert nodes["BlogPosting"]["headline"] == post.title
    assert nodes["BlogPosting"]["author"] == [
        {"@type": "Person", "name": "Ada", "url": "http://testserver/blog/authors/ada/"}
    ]
    assert [item["name"] for item in nodes["BreadcrumbList"]["itemListElement"]] == ["Galley", "Blog", post.title]
    assert nodes["WebSite"]["potentialAction"]["target"]["urlTemplate"] == "http://testserver/search/?q={query}"
    assert b"<script>alert" not in content
    assert head.document.get("lang") == "en-gb"


def test_each_page_type_is_described(small_site: SmallSite, asgi_get) -> None:
    types = {}
    for page in small_site.pages():
        head = Head(asgi_get(page.url).content)
        assert head.meta("twitter:card") == ["summary_large_image"]
        assert len(head.meta("og:image")) == 1
        [types[page.title]] = set(head.nodes()) - {"WebSite", "BreadcrumbList"}
    assert {"WebPage", "Blog", "BlogPosting", "CollectionPage", "CreativeWork", "ContactPage"} == set(types.values())


def test_the_feeds_are_found_from_every_page(small_site: SmallSite, asgi_get) -> None:
    for page in small_site.pages():
        links = Head(asgi_get(page.url).content).links("alternate")
        assert links == [f"http://testserver/blog/feed.{name}" for name in ("atom", "rss", "json")]
        assert all(asgi_get(link.removeprefix("http://testserver")).status_code == 200 for link in links[:1])
    small_site.blog.unpublish()
    assert Head(asgi_get("/").content).links("alternate") == []


def test_a_text_from_elsewhere_says_so(small_site: SmallSite, asgi_get) -> None:
    small_site.about.canonical_url = "https://example.org/first"
    small_site.about.save()
    assert Head(asgi_get(small_site.about.url).content).links("canonical") == ["https://example.org/first"]


def test_an_image_that_was_chosen_is_shown(small_site: SmallSite, asgi_get) -> None:
    small_site.about.share_image = SiteImageFactory(file__width=1300, file__height=700)
    small_site.about.save()
    head = Head(asgi_get(small_site.about.url).content)
    [address] = head.meta("og:image")
    assert address.startswith("http://testserver/media/")
    assert (head.meta("og:image:width"), head.meta("og:image:height")) == (["1200"], ["630"])


def test_drafts_are_not_told_of(small_site: SmallSite, asgi_get) -> None:
    small_site.blog.title = "Not yet"
    small_site.blog.save_revision()
    assert b"Not yet" not in asgi_get(small_site.post.url).content
    Page.objects.filter(pk=small_site.blog.pk).update(live=False, title="Withdrawn")
    assert "Withdrawn" not in json.dumps(Head(asgi_get(small_site.post.url).content).nodes())


def test_a_preview_is_not_to_be_found(small_site: SmallSite) -> None:
    for page in small_site.pages():
        head = Head(page.make_preview_request().content)
        assert head.meta("robots") == ["noindex, nofollow"]
        assert head.meta("og:title") == []
        assert not head.document.xpath("//script[@type='application/ld+json']")


def test_old_addresses_lead_to_the_new_ones(
    small_site: SmallSite, asgi_get, django_capture_on_commit_callbacks
) -> None:
    old, old_post = small_site.blog.url, small_site.post.url
    with django_capture_on_commit_callbacks(execute=True):
        small_site.blog.slug = "journal"
        small_site.blog.save_revision().publish()
    with django_capture_on_commit_callbacks(execute=True):
        Page.objects.get(pk=small_site.blog.pk).move(Page.objects.get(pk=small_site.about.pk), pos="last-child")
    for address in (old, old_post, "/journal/"):
        answer = asgi_get(address)
        assert answer.status_code == 301
        assert answer["Location"].startswith("/about-us/journal/")
        assert asgi_get(answer["Location"]).status_code == 200
