"""Pages that stand in a list ordered by time: which of them may be seen, their numbers and their neighbours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode, urljoin

from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail.models import Page

from galley.listings.time_order import read_order

PageType = TypeVar("PageType", bound=Page)


class ListedPageMixin:
    """For pages of a list that is ordered by `time_field`, newest first, and numbered from the oldest.

    `year_lookup` and `tag_lookup` are where its year and its tags are found; a search is narrowed by them.

    `address` is the page's own, set before it is used (`set_addresses`), so that a list needs no query for each page.
    `folio` is the page's number in the list: 1 for the oldest.
    """

    time_field: ClassVar[str]
    year_lookup: ClassVar[str]
    tag_lookup: ClassVar[str]
    address: str = ""
    folio: int | None = None

    def list_url(self, parameter: str, value: str) -> str:
        """Return the address of the list that this page stands in, filtered by one value."""
        return f"{urljoin(self.address, '../')}?{urlencode({parameter: value})}"


def readable_children(model: type[PageType], parent: Page) -> QuerySet[PageType]:
    """Return the pages right under `parent` that whoever may read `parent` may read.

    They are live and have no view restriction of their own. Restrictions that they share with `parent` are met by
    whoever reads the list; `.public()` would leave the list of a private blog empty for its own readers.
    """
    return _readable_under(model, parent.path, parent.depth)


def readable_siblings(page: PageType) -> QuerySet[PageType]:
    """Return the pages like `page`, and beside it, that whoever may read `page` may read, itself included."""
    return _readable_under(type(page), page.path[: -page.steplen], (page.depth or 1) - 1)


def _readable_under(model: type[PageType], path: str, depth: int | None) -> QuerySet[PageType]:
    # A page that is being written for the first time has no place in the tree yet.
    if not (path and depth):
        return model.objects.none()
    pages = model.objects.live().filter(depth=depth + 1, path__startswith=path, view_restrictions__isnull=True)
    return pages.defer_streamfields()


def set_addresses(pages: Iterable[Any], request: HttpRequest | None) -> None:
    """Give each page its `address`, without a query for each: the site's root is looked up once per request."""
    for page in pages:
        page.address = page.get_url(request) or ""


@dataclass(frozen=True)
class Place:
    """Where a page stands among its siblings in time."""

    folio: int | None = None
    previous: Any = None
    next: Any = None


def find_place(page: Any, request: HttpRequest | None) -> Place:
    """Return the number of `page`, and the pages right before and after it in time, with one query."""
    siblings = readable_siblings(page)
    time = getattr(page, page.time_field)
    if siblings.query.is_empty() or time is None:
        return Place()
    before, after = read_order(siblings).around(time, page.pk)
    neighbours = siblings.in_bulk([*before[-1:], *after[:1]])
    set_addresses(neighbours.values(), request)
    previous = neighbours.get(before[-1]) if before else None
    return Place(len(before) + 1, previous, neighbours.get(after[0]) if after else None)
