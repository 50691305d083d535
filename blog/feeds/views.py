"""Builds a feed of posts and returns it in one of three formats."""

import datetime
from typing import Any
from urllib.parse import urljoin

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.http import http_date
from django.utils.translation import get_language

from blog.feeds.formats import FORMATS, Feed
from blog.feeds.sources import FeedSource, find_source, markdown_texts, read_newest_posts
from blog.models import BlogPostPage
from galley.languages.alternates import translation_id
from galley.markdown import feed_html, prefetch_links
from galley.page_cache.cacheable_views import cacheable_view, require_site

MAX_ENTRIES = 25


@cacheable_view
def feed(
    request: HttpRequest, blog: str, format_name: str, segment: str | None = None, slug: str | None = None
) -> HttpResponse:
    """Return the feed of the newest posts of the blog at the path `blog`, or of those with one term.

    Raises Http404 if there is no public list of posts.
    """
    site = require_site(request)
    source = find_source(request, site, blog, segment, slug)
    if source is None:
        raise Http404
    written = build_feed(request, source, format_name)
    return HttpResponse(
        written.writeString("utf-8").encode(),
        content_type=written.content_type,
        headers={"Last-Modified": http_date(written.latest_post_date().timestamp())},
    )


def build_feed(request: HttpRequest, source: FeedSource, format_name: str) -> Feed:
    """Return the feed of the newest posts of `source`. Blocks: queries and rendering."""
    site_name = source.site.site_name or source.blog.title
    feed = FORMATS[format_name](
        title=source.title,
        link=source.address,
        description=source.description or source.title,
        language=get_language(),
        author_name=site_name,
        author_link=source.site.root_url,
        feed_url=urljoin(source.address, f"feed.{format_name}"),
        feed_guid=source.key.urn,
        beginning=source.blog.first_published_at or datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC),
    )
    posts = read_newest_posts(source.posts, MAX_ENTRIES, request)
    with prefetch_links(markdown_texts(posts)):
        for post in posts:
            feed.add_item(**build_item(request, source, post))
    return feed


def build_item(request: HttpRequest, source: FeedSource, post: BlogPostPage) -> dict[str, Any]:
    """Return the arguments of `SyndicationFeed.add_item` for `post`, with `authors` and `content`."""
    address = urljoin(source.site.root_url, post.address)
    html = render_to_string("feeds/post.html", {"page": post}, request)
    blog_address = source.blog.get_full_url(request)
    return {
        "title": post.title,
        "link": address,
        "description": post.summary,
        "unique_id": translation_id(post.translation_key).urn,
        "unique_id_is_permalink": False,
        "pubdate": post.published_at,
        "updateddate": post.updated_at,
        "categories": [category.local_name for category in post.categories.all()]
        + [item.tag.local_name for item in post.tagged_items.all()],
        "authors": [(author.name, urljoin(blog_address, f"authors/{author.slug}/")) for author in post.authors],
        "content": feed_html(html, address),
    }
