"""The list of posts: newest first, filtered by tag, category, author, year and series."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from blog.archive import archive_url, count_years
from blog.taxonomy_pages import TAXONOMIES, PostGroup, taxonomy_url
from galley.listings import (
    Facet,
    Filter,
    FilteredList,
    Link,
    Listing,
    Selection,
    by_number,
    paginate,
    set_addresses,
)

YEAR = Filter(
    "year",
    _("Year"),
    by_number("date__year", 1, 9999),
    "date__year",
    "date__year",
    newest_first=True,
    count=count_years,
)
FILTERS = [
    TAXONOMIES["tag"].filter,
    TAXONOMIES["category"].filter,
    TAXONOMIES["author"].filter,
    YEAR,
    # A series has no facet: a list of its posts is in reading order, on a page of its own.
    replace(TAXONOMIES["series"].filter, value="", label=""),
]
# A series is read from its first post to its last.
READING_ORDER = (F("series_position").asc(nulls_last=True), "date", "pk")


@dataclass(frozen=True)
class PostListing(Listing):
    """A page of the list of posts. One `in_reading_order` isn't divided into years, and has no filters."""

    posts: list[Page]
    in_reading_order: bool = False


def select_posts(request: HttpRequest, index: Page, group: PostGroup | None = None) -> Selection:
    """Return which posts of the blog `index`, or of `group`, the URL of `request` asks for."""
    url = group.url if group else index.get_url(request) or ""
    return Selection.from_request(request, url, _filters_for(group))


def list_posts(request: HttpRequest, index: Page, selection: Selection, group: PostGroup | None = None) -> PostListing:
    """Return the requested page of the posts of the blog `index`, or of `group`. Blocks: reads the database."""
    readable = index.readable_posts()
    chosen = group.narrow(readable) if group else readable
    if group and group.parameter == "series":
        return _list_series(request, chosen, selection, index.posts_per_page)
    filtered = FilteredList(chosen.order_by("-date", "-pk"), _filters_for(group), selection)
    entries, pagination = filtered.paginate(index.posts_per_page)
    posts = prepare_posts(entries, request)
    FilteredList(readable).set_sequence_numbers(posts)
    facets = [_with_more(facet, index.get_url(request) or "") for facet in filtered.facets()]
    return PostListing(facets, filtered.active_filters(facets), pagination, selection.address, posts)


def _list_series(request: HttpRequest, parts: QuerySet[Any], selection: Selection, page_size: int) -> PostListing:
    page, pagination = paginate(parts.order_by(*READING_ORDER), page_size, selection)
    posts = prepare_posts(page.object_list, request)
    for number, post in enumerate(posts, page.start_index()):
        post.sequence_number = number
    return PostListing([], [], pagination, selection.address, posts, in_reading_order=True)


def _filters_for(group: PostGroup | None) -> list[Filter]:
    """Return the filters of a list, without the one that the URL of `group` stands for."""
    if group and group.parameter == "series":
        return []
    return [one for one in FILTERS if not (group and one.parameter == group.parameter)]


def _with_more(facet: Facet, blog_url: str) -> Facet:
    """Return `facet` with the link to the page of all its values."""
    if facet.parameter == "year":
        return replace(facet, more=Link(gettext("Archive"), archive_url(blog_url)))
    taxonomy = TAXONOMIES[facet.parameter]
    return replace(facet, more=Link(str(taxonomy.all_terms), taxonomy_url(blog_url, facet.parameter)))


def prepare_posts(posts: Any, request: HttpRequest | None) -> list[Page]:
    """Return a `BlogPostPageQuerySet` as a list, with all that its entries show, with a fixed number of queries."""
    entries = list(posts.with_authors())
    set_addresses(entries, request)
    for post in entries:
        for author in post.authors:
            author.listing_url = post.term_url("author", author.slug)
    return entries
