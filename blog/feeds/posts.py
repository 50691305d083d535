"""The newest posts of a list with all that they show, read with the same number of queries for any number of them."""

from collections.abc import Iterable
from itertools import islice

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from wagtail.blocks.stream_block import StreamValue

from blog.models import BlogPostPage, PostAuthor, PostTag
from galley.listings.listed_pages import set_addresses
from galley.listings.time_order import read_order


def read_newest_posts(posts: QuerySet[BlogPostPage], number: int, request: HttpRequest) -> list[BlogPostPage]:
    """Return the newest of `posts`, the newest first, with their bodies, pictures, authors and subjects. Blocks."""
    pks = read_order(posts).newest_first(0, number)
    read = BlogPostPage.objects.select_related("lead_image").prefetch_related(
        "categories",
        Prefetch("tagged_items", queryset=PostTag.objects.select_related("tag")),
        Prefetch("post_authors", queryset=PostAuthor.objects.select_related("author")),
    )
    by_pk = read.in_bulk(pks)
    newest = [by_pk[pk] for pk in pks if pk in by_pk]
    set_addresses(newest, request)
    read_bodies_together(newest)
    return newest


def read_bodies_together(posts: Iterable[BlogPostPage]) -> None:
    """Give the posts bodies whose pictures were looked up for all of them at once, as Wagtail does for one."""
    bodies = [(post, post.body.raw_data) for post in posts]
    block = BlogPostPage.body.field.stream_block
    together = StreamValue(block, [child for _post, body in bodies for child in body], is_lazy=True)
    children = ((child.block_type, child.value, child.id) for child in together)
    for post, body in bodies:
        post.body = StreamValue(block, list(islice(children, len(body))))


def markdown_texts(posts: Iterable[BlogPostPage]) -> list[str]:
    """Return all that is written in Markdown in the posts."""
    return [child.value for post in posts for child in post.body if child.block_type == "markdown"]
