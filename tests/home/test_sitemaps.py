"""The sitemap: valid, in small parts, and with public pages of this site only."""

import datetime
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree
from wagtail.models import Page, PageViewRestriction, Site

from galley.images import largest_image_url
from home import sitemaps
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory, HomePageFactory, SiteImageFactory, StandardPageFactory

pytestmark = pytest.mark.django_db

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
IMAGE = "{http://www.google.com/schemas/sitemap-image/1.1}"
CHILDREN_OF_URL = [f"{MAP}loc", f"{MAP}lastmod", f"{IMAGE}image"]


def read(response) -> etree._Element:
    """Return the document, once it is known to keep the rules of https://www.sitemaps.org/schemas/sitemap/0.9/."""
    assert response.status_code == 200
    assert len(response.content) < 50 * 1024 * 1024
    root = etree.fromstring(response.content)
    assert root.tag in {f"{MAP}urlset", f"{MAP}sitemapindex"}
    assert 1 <= len(root) <= 50_000
    child = f"{MAP}url" if root.tag == f"{MAP}urlset" else f"{MAP}sitemap"
    for entry in root:
        assert entry.tag == child
        names = [one.tag for one in entry]
        assert names == sorted(names, key=CHILDREN_OF_URL.index)
        assert names[0] == f"{MAP}loc"
        assert len(set(names)) == len(names)
        location = entry.findtext(f"{MAP}loc")
        assert 12 <= len(location) <= 2048
        assert urlsplit(location).netloc == "testserver"
        if (changed := entry.findtext(f"{MAP}lastmod")) is not None:
            assert datetime.datetime.fromisoformat(changed).tzinfo
    return root


def read_all(asgi_get) -> list[str]:
    """Return all addresses in all parts that the index names."""
    locations = [urlsplit(one.text).path for one in read(asgi_get("/sitemap.xml")).iter(f"{MAP}loc")]
    return [page.text for path in locations for page in read(asgi_get(path)).iter(f"{MAP}loc")]


def test_it_has_every_page(small_site: SmallSite, asgi_get) -> None:
    assert sorted(read_all(asgi_get)) == sorted(page.full_url for page in small_site.pages())


def test_it_has_what_everybody_may_read_on_this_site(small_site: SmallSite, asgi_get) -> None:
    small_site.about.unpublish()
    PageViewRestriction.objects.create(page=small_site.blog, restriction_type=PageViewRestriction.LOGIN)
    StandardPageFactory(parent=small_site.home, title="Elsewhere", canonical_url="https://example.org/first")
    other = HomePageFactory(parent=Page.objects.get(depth=1), title="Another site", slug="other")
    Site.objects.create(hostname="other.example", root_page=other)
    seen = [small_site.home, small_site.portfolio, small_site.project, small_site.contact]
    assert sorted(read_all(asgi_get)) == sorted(page.full_url for page in seen)


def test_it_has_the_pages_of_tags_and_authors_that_readable_posts_have(small_site: SmallSite, asgi_get) -> None:
    small_site.post.tags.add("Ink and paper")
    small_site.post.save()
    draft = BlogPostPageFactory(parent=small_site.blog, live=False)
    draft.tags.add("Nobody's business")
    draft.save()
    tags = [location for location in read_all(asgi_get) if "/tags/" in location]
    assert tags == [f"{small_site.blog.full_url}tags/ink-and-paper/"]
    assert asgi_get(urlsplit(tags[0]).path).status_code == 200
    PageViewRestriction.objects.create(page=small_site.post, restriction_type=PageViewRestriction.LOGIN)
    assert not [location for location in read_all(asgi_get) if "/tags/" in location]


def test_without_a_public_page_there_is_none(small_site: SmallSite, asgi_get) -> None:
    PageViewRestriction.objects.create(page=small_site.home, restriction_type=PageViewRestriction.LOGIN)
    assert asgi_get("/sitemap.xml").status_code == 404
    assert asgi_get("/sitemap-0.xml").status_code == 404


def test_it_shows_lead_pictures_and_dates(small_site: SmallSite, asgi_get) -> None:
    picture = SiteImageFactory(file__width=600, file__height=400)
    post = BlogPostPageFactory(parent=small_site.blog, lead_image=picture)
    post.save_revision().publish()
    entry = next(
        one
        for part in read(asgi_get("/sitemap.xml")).iter(f"{MAP}loc")
        for one in read(asgi_get(urlsplit(part.text).path))
        if one.findtext(f"{MAP}loc") == post.full_url
    )
    post.refresh_from_db()
    assert datetime.datetime.fromisoformat(entry.findtext(f"{MAP}lastmod")) == post.last_published_at
    location = entry.findtext(f"{IMAGE}image/{IMAGE}loc")
    assert location == f"http://testserver{largest_image_url(picture)}"
    assert asgi_get(urlsplit(location).path).status_code == 200


def test_its_parts_are_small_and_complete(small_site: SmallSite, asgi_get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "PART_SIZE", 3)
    gone = [StandardPageFactory(parent=small_site.home, title=f"Gap {number}") for number in range(6)]
    StandardPageFactory(parent=small_site.home, title="After the gap")
    for page in gone:
        Page.objects.get(pk=page.pk).delete()
    pages = [page.full_url for page in Page.objects.descendant_of(small_site.home, inclusive=True)]
    assert sorted(read_all(asgi_get)) == sorted(pages)
    locations = [urlsplit(one.text).path for one in read(asgi_get("/sitemap.xml")).iter(f"{MAP}loc")]
    assert all(len(read(asgi_get(location))) <= 3 for location in locations)


def test_the_number_of_queries_does_not_grow(small_site: SmallSite, asgi_get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "PART_SIZE", 1_000_000)

    def count(url: str) -> int:
        asgi_get(url)
        with CaptureQueriesContext(connection) as queries:
            read(asgi_get(url))
        return len(queries)

    BlogPostPageFactory(parent=small_site.blog, lead_image=SiteImageFactory(file__width=60, file__height=40))
    few = [count("/sitemap.xml"), count("/sitemap-0.xml")]
    for _ in range(10):
        BlogPostPageFactory(parent=small_site.blog, lead_image=SiteImageFactory(file__width=60, file__height=40))
    assert [count("/sitemap.xml"), count("/sitemap-0.xml")] == few
