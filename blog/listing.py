"""The list of posts: newest first, filtered by tag, category, author, year and series."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from home.listed_pages import readable_children, set_addresses
from home.listings import Filter, FilteredList, Listing, Selection, by_number, by_slug

if TYPE_CHECKING:
    from blog.models import BlogIndexPage, BlogPostPage

FILTERS = [
    Filter("tag", "Tag", by_slug("tagged_items__tag"), "tagged_items__tag__slug", "tagged_items__tag__name"),
    Filter("category", "Category", by_slug("categories"), "categories__slug", "categories__name"),
    Filter(
        "author", "Author", by_slug("post_authors__author"), "post_authors__author__slug", "post_authors__author__name"
    ),
    Filter("year", "Year", by_number("date__year", 1, 9999), "date__year", "date__year", newest_first=True),
    Filter("series", "Series", by_slug("series")),
]


@dataclass(frozen=True)
class PostListing(Listing):
    """A page of the list of posts."""

    posts: "list[BlogPostPage]"


def select_posts(request: HttpRequest, index: "BlogIndexPage") -> Selection:
    """Return which posts under `index` the address of `request` asks for."""
    return Selection.from_request(request, index.get_url(request) or "", FILTERS)


def list_posts(request: HttpRequest, index: "BlogIndexPage", selection: Selection) -> PostListing:
    """Return the page of posts under `index` that is asked for. Blocks: reads the database."""
    from blog.models import BlogPostPage

    readable = readable_children(BlogPostPage, index)
    filtered = FilteredList(readable.order_by("-date", "-pk"), FILTERS, selection)
    entries, pagination = filtered.paginate(index.posts_per_page)
    posts = prepare_posts(entries, request)
    filtered.set_folios(posts)
    facets = filtered.facets()
    return PostListing(facets, filtered.active_filters(facets), pagination, selection.address, posts)


def prepare_posts(entries: "QuerySet[BlogPostPage]", request: HttpRequest | None) -> "list[BlogPostPage]":
    """Return the posts with all that an entry of a list prints, with the same number of queries for any number."""
    from blog.models import PostAuthor

    posts = list(
        entries.prefetch_related(Prefetch("post_authors", queryset=PostAuthor.objects.select_related("author")))
    )
    set_addresses(posts, request)
    return posts
