"""From posts to a feed, whichever its format."""

import datetime
from typing import Any
from urllib.parse import urljoin

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language

from blog.feeds.channels import Channel
from blog.feeds.formats import FORMATS, Feed
from blog.feeds.posts import markdown_texts, read_newest_posts
from blog.models import BlogPostPage
from galley.markdown import feed_html, prefetch_links

MOST_ENTRIES = 25


def build_feed(request: HttpRequest, channel: Channel, format_name: str) -> Feed:
    """Return the feed of the newest posts of `channel`. Blocks: reads the database and renders what isn't kept."""
    site_name = channel.site.site_name or channel.blog.title
    feed = FORMATS[format_name](
        title=channel.title,
        link=channel.address,
        description=channel.description or channel.title,
        language=get_language(),
        author_name=site_name,
        author_link=channel.site.root_url,
        feed_url=urljoin(channel.address, f"feed.{format_name}"),
        feed_guid=channel.key.urn,
        beginning=channel.blog.first_published_at or datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC),
    )
    posts = read_newest_posts(channel.posts, MOST_ENTRIES, request)
    with prefetch_links(markdown_texts(posts)):
        for post in posts:
            feed.add_item(**describe_post(request, channel, post))
    return feed


def describe_post(request: HttpRequest, channel: Channel, post: BlogPostPage) -> dict[str, Any]:
    """Return what a feed tells of `post`, as `SyndicationFeed.add_item` takes it, with `authors` and `content`."""
    address = urljoin(channel.site.root_url, post.address)
    html = render_to_string("feeds/post.html", {"page": post}, request)
    blog_address = channel.blog.get_full_url(request)
    return {
        "title": post.title,
        "link": address,
        "description": post.summary,
        "unique_id": post.translation_key.urn,
        "unique_id_is_permalink": False,
        "pubdate": post.published_at,
        "updateddate": post.updated_at,
        "categories": [category.name for category in post.categories.all()]
        + [item.tag.name for item in post.tagged_items.all()],
        "authors": [(author.name, urljoin(blog_address, f"authors/{author.slug}/")) for author in post.authors],
        "content": feed_html(html, address),
    }
