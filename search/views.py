"""The search page, an async view."""

from dataclasses import dataclass, replace
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.models import Page, Site
from wagtail.search.models import IndexEntry

from galley.listings import Listing, Selection, list_active_filters, narrow, paginate, render_whole_or_partial
from galley.page_cache.root_pages import find_root_page
from galley.page_cache.versioned import use_current_version
from search.filters import FILTERS, build_search_facets, find_present_tag, page_types
from search.matching import Match, Matches, find_dialect, find_matches
from search.query import LONGEST_TEXT, Query
from search.snippets import Marker

RESULTS_PER_PAGE = 20
# Only so much of a text is searched for an excerpt.
LONGEST_TEXT_SHOWN = 50_000


@dataclass(frozen=True)
class Result:
    """A page that was found: its title and an excerpt of its text, with the words marked."""

    title: SafeString
    address: str
    kind: str
    snippet: SafeString


@dataclass(frozen=True)
class SearchListing(Listing):
    """A page of search results.

    `has_more`: more pages contain the words than are listed. `are_similar`: no page contains them, but these titles
    are similar. `can_be_similar`: the database can find similar titles.
    """

    query: Query
    results: list[Result]
    has_more: bool
    are_similar: bool
    can_be_similar: bool


def select_results(request: HttpRequest, address: str, query: Query) -> Selection:
    """Return which results of `query` the address of `request` asks for. Blocks if it names a tag."""
    selection = Selection.from_request(request, address, FILTERS)
    return replace(selection, values={"q": query.text, **selection.values, **find_present_tag(selection)})


def search_pages(request: HttpRequest, query: Query, selection: Selection) -> SearchListing:
    """Return the requested page of results. Only public pages are found. Blocks."""
    matches = find_matches(query, narrow(_readable_pages(request), FILTERS, selection)) if query.words else Matches()
    page, pagination = paginate(matches.found, RESULTS_PER_PAGE, selection)
    facets = build_search_facets(matches, selection)
    return SearchListing(
        facets,
        list_active_filters(FILTERS, facets, selection),
        pagination,
        Selection(selection.address, {"q": query.text}, "").url(),
        query,
        _read_results(list(page.object_list), query, request),
        matches.has_more,
        matches.are_similar,
        bool(find_dialect().similar),
    )


def _readable_pages(request: HttpRequest) -> QuerySet[Any]:
    """Return the live, public pages of this site and language. Aliases have the same text as their sources."""
    root = find_root_page(Site.find_for_request(request))
    if root is None:
        return Page.objects.none()
    return Page.objects.live().public().filter(alias_of=None, path__startswith=root.path).order_by()


def _read_results(matches: list[Match], query: Query, request: HttpRequest) -> list[Result]:
    marker = Marker(query.words)
    pages = Page.objects.in_bulk([match.page_id for match in matches])
    texts = IndexEntry.objects.filter(pk__in=[match.entry_id for match in matches])
    bodies = dict(texts.values_list("pk", Substr(find_dialect().texts[1], 1, LONGEST_TEXT_SHOWN)))
    labels = {one.content_type_id: one.label for one in page_types()}
    return [
        Result(
            marker.mark(page.title),
            page.get_url(request) or "",
            labels[match.content_type_id],
            marker.cut_out(bodies.get(match.entry_id) or ""),
        )
        for match in matches
        if (page := pages.get(match.page_id)) is not None
    ]


# The worker updates the search index after a change, without an invalidation. So a cached response could be stale.
@cache_control(private=True, no_cache=True)
@require_safe
async def search(request: HttpRequest) -> HttpResponse:
    """Return the pages with the words of the parameter `q`: the whole page, or for HTMX only the results."""
    return await sync_to_async(_render_search)(request)


def _render_search(request: HttpRequest) -> HttpResponse:
    query = Query.from_text(request.GET.get("q", ""))
    with use_current_version(request):
        selection = select_results(request, reverse("search"), query)
        context = {
            "query": query,
            "selection": selection,
            "longest_text": LONGEST_TEXT,
            "listing": search_pages(request, query, selection) if query.text else None,
        }
        return render_whole_or_partial(request, "pages/search.html", context, "results")
