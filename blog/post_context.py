"""What stands around the text of a post: who wrote it, where it belongs, what comes before and after."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Prefetch, prefetch_related_objects
from django.http import HttpRequest

from blog.related import find_related
from galley.listings.listed_pages import find_place, readable_siblings, set_addresses
from galley.listings.listings import Link

if TYPE_CHECKING:
    from blog.models import BlogPostPage


# What `describe_post` tells.
DESCRIBED = ("authors", "tag_links", "category_links", "series", "folio", "previous_post", "next_post", "related_posts")


@dataclass(frozen=True)
class PlaceInSeries:
    """A post's place in its series: `position` of `total`."""

    name: str
    url: str
    position: int
    total: int
    previous: "BlogPostPage | None"
    next: "BlogPostPage | None"


def describe_post(post: "BlogPostPage", request: HttpRequest) -> dict[str, Any]:
    """Return the template's context for `post`, which may be an unsaved draft. Blocks: reads the database."""
    fetch_described(post)
    set_addresses([post], request)
    place = find_place(post, request)
    for author in post.authors:
        author.listing_url = post.subject_url("author", author.slug)
    categories = list(post.categories.all())
    series = _find_place_in_series(post, request)
    beside = (place.previous, place.next, series and series.previous, series and series.next)
    return {
        "authors": post.authors,
        "tag_links": post.tag_links,
        "category_links": [Link(category.name, post.subject_url("category", category.slug)) for category in categories],
        "series": series,
        "folio": place.folio,
        "previous_post": place.previous,
        "next_post": place.next,
        "related_posts": find_related(post, categories, [neighbour.pk for neighbour in beside if neighbour], request),
    }


def fetch_described(post: "BlogPostPage") -> None:
    """Fetch the authors, tags and pictures of `post`, once."""
    from blog.models import PostAuthor, PostTag

    if post.pk is not None:
        prefetch_related_objects(
            [post],
            Prefetch("tagged_items", queryset=PostTag.objects.select_related("tag")),
            Prefetch("post_authors", queryset=PostAuthor.objects.select_related("author__portrait")),
        )


def _find_place_in_series(post: "BlogPostPage", request: HttpRequest) -> PlaceInSeries | None:
    if post.series is None:
        return None
    parts = list(
        readable_siblings(post)
        .filter(series=post.series)
        .exclude(pk=post.pk)
        .order_by(F("series_position").asc(nulls_last=True), "date", "pk")
    )
    before = [part for part in parts if _series_order(part) < _series_order(post)]
    after = parts[len(before) :]
    set_addresses([*before[-1:], *after[:1]], request)
    return PlaceInSeries(
        name=post.series.name,
        url=post.subject_url("series", post.series.slug),
        position=len(before) + 1,
        total=len(parts) + 1,
        previous=before[-1] if before else None,
        next=after[0] if after else None,
    )


def _series_order(post: "BlogPostPage") -> tuple[Any, ...]:
    number = post.series_position
    return (number is None, number or 0, str(post.date or "9999"), post.pk is None, post.pk or 0)
