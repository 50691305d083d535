"""Feed sources: all posts of a blog, or those with one tag, in one category or by one author."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail.blocks.stream_block import StreamValue
from wagtail.models import Site

from blog.models import BlogIndexPage, BlogPostPage, get_term
from blog.taxonomy_pages import BY_SEGMENT
from galley.languages.alternates import translation_id
from galley.listings import read_index, set_addresses
from galley.page_cache.root_pages import find_root_page


@dataclass(frozen=True)
class FeedSource:
    """A public list of posts. `term` is the tag, category or author; None for the whole blog.

    `address` is the URL of the list, below which its feeds are. `key` stays the same wherever the blog is moved.
    """

    blog: BlogIndexPage
    site: Site
    address: str
    key: uuid.UUID
    posts: QuerySet[BlogPostPage]
    term: Any = None

    @property
    def title(self) -> str:
        """The term, the blog and the site."""
        names = [str(self.term) if self.term else "", self.blog.title, self.site.site_name]
        return " — ".join(dict.fromkeys(filter(None, names)))

    @property
    def description(self) -> str:
        """The description that an editor wrote, or an empty text."""
        about_term = getattr(self.term, "description", "") or getattr(self.term, "biography", "")
        return about_term or self.blog.search_description or self.blog.introduction


def find_source(
    request: HttpRequest, site: Site, blog_path: str, segment: str | None, slug: str | None
) -> FeedSource | None:
    """Return the posts that a feed at this URL contains, or None if there is no public list. Blocks."""
    root = find_root_page(site)
    blogs = BlogIndexPage.objects.live().public()
    blog = blogs.filter(url_path=f"{root.url_path}{blog_path}").first() if root else None
    if blog is None:
        return None
    blog_url = blog.get_full_url(request)
    if not (segment and slug):
        return FeedSource(blog, site, blog_url, translation_id(blog.translation_key), blog.readable_posts())
    terms = BY_SEGMENT[segment].filter
    posts = terms.narrow(blog.readable_posts(), slug)
    term = get_term(terms.parameter, slug)
    # A term may belong to drafts only. So a term without a readable post isn't found.
    if term is None or not read_index(posts).pks:
        return None
    path = f"{segment}/{slug}"
    return FeedSource(
        blog, site, urljoin(blog_url, f"{path}/"), uuid.uuid5(translation_id(blog.translation_key), path), posts, term
    )


def read_newest_posts(posts: QuerySet[BlogPostPage], number: int, request: HttpRequest) -> list[BlogPostPage]:
    """Return the newest of `posts` with all that a feed shows, with a fixed number of queries. Blocks."""
    pks = read_index(posts).newest_first(0, number)
    by_pk = BlogPostPage.objects.with_terms().in_bulk(pks)
    newest = [by_pk[pk] for pk in pks if pk in by_pk]
    set_addresses(newest, request)
    read_bodies_together(newest)
    return newest


def read_bodies_together(posts: Iterable[BlogPostPage]) -> None:
    """Look up the pictures of all bodies at once, as Wagtail does for one body."""
    bodies = [(post, post.body.raw_data) for post in posts]
    block = BlogPostPage.body.field.stream_block
    together = StreamValue(block, [child for _post, body in bodies for child in body], is_lazy=True)
    children = ((child.block_type, child.value, child.id) for child in together)
    for post, body in bodies:
        post.body = StreamValue(block, list(islice(children, len(body))))


def markdown_texts(posts: Iterable[BlogPostPage]) -> list[str]:
    """Return the texts of all Markdown blocks of the posts."""
    return [child.value for post in posts for child in post.body if child.block_type == "markdown"]
