"""The search page, an async view."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from galley.listings import render_whole_or_partial
from galley.page_cache.versioned import use_current_version
from search.query import LONGEST_TEXT, Query
from search.results import search_pages, select_results


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
