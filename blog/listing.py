"""The list of posts: newest first, filtered by tag, category, author, year and series."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from blog.addresses import SEGMENTS, archive_address, subjects_address
from blog.archive import count_years
from blog.subjects import KINDS, Subject
from galley.listings.listed_pages import readable_children, set_addresses
from galley.listings.listings import Facet, Filter, FilteredList, Link, Listing, Selection, by_number, by_slug, paginate

if TYPE_CHECKING:
    from blog.models import BlogIndexPage, BlogPostPage

FILTERS = [
    Filter("tag", _("Tag"), by_slug("tagged_items__tag"), "tagged_items__tag__slug", "tagged_items__tag__name"),
    Filter("category", _("Category"), by_slug("categories"), "categories__slug", "categories__name"),
    Filter(
        "author",
        _("Author"),
        by_slug("post_authors__author"),
        "post_authors__author__slug",
        "post_authors__author__name",
    ),
    Filter(
        "year",
        _("Year"),
        by_number("date__year", 1, 9999),
        "date__year",
        "date__year",
        newest_first=True,
        count=count_years,
    ),
    Filter("series", _("Series"), by_slug("series")),
]


# A series is read from its beginning.
READING_ORDER = (F("series_position").asc(nulls_last=True), "date", "pk")


@dataclass(frozen=True)
class PostListing(Listing):
    """A page of the list of posts. One that stands in reading order isn't divided into years, and has no filters."""

    posts: "list[BlogPostPage]"
    in_reading_order: bool = False


def select_posts(request: HttpRequest, index: "BlogIndexPage", subject: Subject | None = None) -> Selection:
    """Return which posts under `index`, or of `subject`, the address of `request` asks for."""
    address = subject.url if subject else index.get_url(request) or ""
    return Selection.from_request(request, address, _filters_beside(subject))


def list_posts(
    request: HttpRequest, index: "BlogIndexPage", selection: Selection, subject: Subject | None = None
) -> PostListing:
    """Return the page of posts under `index`, or of `subject`, that is asked for. Blocks: reads the database."""
    from blog.models import BlogPostPage

    readable = readable_children(BlogPostPage, index)
    chosen = subject.narrow(readable) if subject else readable
    if subject and subject.parameter == "series":
        return _list_series(request, chosen, selection, index.posts_per_page)
    filtered = FilteredList(chosen.order_by("-date", "-pk"), _filters_beside(subject), selection)
    entries, pagination = filtered.paginate(index.posts_per_page)
    posts = prepare_posts(entries, request)
    FilteredList(readable, [], selection).set_folios(posts)
    facets = [_with_more(facet, index.get_url(request) or "") for facet in filtered.facets()]
    return PostListing(facets, filtered.active_filters(facets), pagination, selection.address, posts)


def _list_series(
    request: HttpRequest, parts: "QuerySet[BlogPostPage]", selection: Selection, page_size: int
) -> PostListing:
    page, pagination = paginate(parts.order_by(*READING_ORDER), page_size, selection)
    posts = prepare_posts(page.object_list, request)
    for number, post in enumerate(posts, page.start_index()):
        post.folio = number
    return PostListing([], [], pagination, selection.address, posts, in_reading_order=True)


def _filters_beside(subject: Subject | None) -> list[Filter]:
    """Return the filters of a list; what its address says already can't be chosen again."""
    if subject and subject.parameter == "series":
        return []
    return [one for one in FILTERS if not (subject and one.parameter == subject.parameter)]


def _with_more(facet: Facet, blog_address: str) -> Facet:
    """Return `facet` with the way to the page of all its values."""
    if facet.parameter == "year":
        return replace(facet, more=Link(gettext("Archive"), archive_address(blog_address)))
    kind = KINDS[SEGMENTS[facet.parameter]]
    return replace(facet, more=Link(str(kind.all_of_them), subjects_address(blog_address, facet.parameter)))


def prepare_posts(entries: Any, request: HttpRequest | None) -> "list[BlogPostPage]":
    """Return the posts with all that an entry of a list prints, with the same number of queries for any number."""
    from blog.models import PostAuthor

    posts = list(
        entries.prefetch_related(Prefetch("post_authors", queryset=PostAuthor.objects.select_related("author")))
    )
    set_addresses(posts, request)
    for post in posts:
        for author in post.authors:
            author.listing_url = post.subject_url("author", author.slug)
    return posts
