"""Lists of Wagtail pages: filters with facets, pagination, chronological order, HTMX partials. See README.md."""

from galley.listings.chronological import (
    ChronologicalIndex,
    ListedPageMixin,
    find_list_position,
    read_index,
    readable_children,
    readable_siblings,
    set_addresses,
)
from galley.listings.filtered_list import (
    Facet,
    FilteredList,
    Listing,
    ValueCounts,
    build_facets,
    count_values,
    list_active_filters,
)
from galley.listings.htmx_partials import lazy_context, page_or_partial, render_whole_or_partial
from galley.listings.selection import (
    Filter,
    Link,
    Pagination,
    Selection,
    ValueCount,
    by_number,
    by_slug,
    narrow,
    paginate,
)

__all__ = [
    "ChronologicalIndex",
    "Facet",
    "Filter",
    "FilteredList",
    "Link",
    "ListedPageMixin",
    "Listing",
    "Pagination",
    "Selection",
    "ValueCount",
    "ValueCounts",
    "build_facets",
    "by_number",
    "by_slug",
    "count_values",
    "find_list_position",
    "lazy_context",
    "list_active_filters",
    "narrow",
    "page_or_partial",
    "paginate",
    "read_index",
    "readable_children",
    "readable_siblings",
    "render_whole_or_partial",
    "set_addresses",
]
