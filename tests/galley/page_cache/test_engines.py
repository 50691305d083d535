"""Feeds, the site map and share images are kept, and right at once after whatever an editor does."""

import pytest
from wagtail.models import PageViewRestriction, Site

from galley.images.share_images import share_image_url
from home import sitemaps
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory
from tests.galley.page_cache.visitors import Visitor

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

FEEDS = ["/blog/feed.atom", "/blog/feed.rss", "/blog/feed.json"]


def test_they_are_kept_and_change_with_the_content(
    visitor: Visitor, small_site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However many pages other tests have made: all of this site stand in one part.
    monkeypatch.setattr(sitemaps, "PART_SIZE", 1_000_000)
    urls = [*FEEDS, "/sitemap.xml", "/sitemap-0.xml", "/robots.txt", "/humans.txt", "/site.webmanifest"]
    visitor.get("/")  # the very first visit makes the site's settings, which is a change
    for url in urls * 2:
        visitor.get(url)
    assert all(visitor.get(url).is_hit for url in urls)
    etag = visitor.get(FEEDS[0]).headers["etag"]
    assert visitor.get(FEEDS[0], if_none_match=etag).status == 304

    post = BlogPostPageFactory(parent=small_site.blog, title="Just published", slug="just-published")
    told = [*FEEDS, "/sitemap-0.xml"]
    assert all(b"just-published" in visitor.get(url).body for url in told)
    assert visitor.get(FEEDS[0], if_none_match=etag).status == 200
    assert all(visitor.get(url).is_hit for url in told)

    restriction = PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)
    assert not any(b"just-published" in visitor.get(url).body for url in told)
    restriction.delete()
    assert all(b"just-published" in visitor.get(url).body for url in told)
    post.unpublish()
    assert not any(b"just-published" in visitor.get(url).body for url in told)

    PageViewRestriction.objects.create(page=small_site.blog, restriction_type=PageViewRestriction.LOGIN)
    assert [visitor.get(url).status for url in FEEDS] == [404, 404, 404]


def test_a_draft_empties_no_feed(visitor: Visitor, small_site: SmallSite) -> None:
    for url in FEEDS * 2:
        visitor.get(url)
    small_site.post.title = "Not yet"
    small_site.post.save_revision()
    assert all(visitor.get(url).is_hit for url in FEEDS)


def test_a_share_image_is_kept_and_closed_with_its_page(visitor: Visitor, small_site: SmallSite) -> None:
    url = share_image_url(small_site.post, Site.objects.get()).removeprefix("http://testserver")
    assert visitor.get(url).is_stored
    assert visitor.get(url).is_hit
    PageViewRestriction.objects.create(page=small_site.post, restriction_type=PageViewRestriction.LOGIN)
    answer = visitor.get(url)
    assert (answer.status, answer.is_hit) == (404, False)
