"""The template's context of a post: authors, terms, series, neighbours and related posts."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from wagtail.models import Page

from blog.listing import READING_ORDER
from blog.related import find_related
from galley.listings import Link, find_list_position, readable_siblings, set_addresses

# The names of the context that `build_post_context` returns.
CONTEXT_NAMES = (
    "authors",
    "tag_links",
    "category_links",
    "series",
    "sequence_number",
    "previous_post",
    "next_post",
    "related_posts",
)


@dataclass(frozen=True)
class SeriesPosition:
    """The position of a post in its series: `position` of `total`."""

    name: str
    url: str
    position: int
    total: int
    previous: Page | None
    next: Page | None


def build_post_context(post: Page, request: HttpRequest) -> dict[str, Any]:
    """Return the context of `post`, which may be an unsaved draft. Blocks: reads the database."""
    post.prefetch_terms()
    set_addresses([post], request)
    position = find_list_position(post, request)
    for author in post.authors:
        author.listing_url = post.term_url("author", author.slug)
    categories = list(post.categories.all())
    series = _find_series_position(post, request)
    beside = (position.previous, position.next, series and series.previous, series and series.next)
    return {
        "authors": post.authors,
        "tag_links": post.tag_links,
        "category_links": [Link(one.local_name, post.term_url("category", one.slug)) for one in categories],
        "series": series,
        "sequence_number": position.number,
        "previous_post": position.previous,
        "next_post": position.next,
        "related_posts": find_related(post, categories, [neighbour.pk for neighbour in beside if neighbour], request),
    }


def _find_series_position(post: Page, request: HttpRequest) -> SeriesPosition | None:
    if post.series is None:
        return None
    parts = list(readable_siblings(post).filter(series=post.series).exclude(pk=post.pk).order_by(*READING_ORDER))
    before = [part for part in parts if _series_order(part) < _series_order(post)]
    after = parts[len(before) :]
    set_addresses([*before[-1:], *after[:1]], request)
    return SeriesPosition(
        name=post.series.local_name,
        url=post.term_url("series", post.series.slug),
        position=len(before) + 1,
        total=len(parts) + 1,
        previous=before[-1] if before else None,
        next=after[0] if after else None,
    )


def _series_order(post: Page) -> tuple[Any, ...]:
    number = post.series_position
    return (number is None, number or 0, str(post.date or "9999"), post.pk is None, post.pk or 0)
