"""A list of pages in chronological order: which pages are readable, their sequence numbers and their neighbours.

The order is an index in memory: a hundred thousand pages take 1.6 MB. From it follow all counts of a list: the number
of pages, the pages of any page of the list, sequence numbers and neighbours. The database would count them every time.
"""

import datetime
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from sys import getsizeof
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode, urljoin

from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from wagtail.models import Page

from galley.page_cache.versioned import cached_queryset

PageType = TypeVar("PageType", bound=Page)


class ChronologicalIndex:
    """The ids of pages by their time, the oldest first; pages of the same time by their id."""

    def __init__(self, rows: Iterable[tuple[Any, int]]) -> None:
        self._times = array("q")
        self.pks = array("q")
        for time, pk in rows:
            self._times.append(_as_number(time))
            self.pks.append(pk)

    def __len__(self) -> int:
        return len(self.pks)

    def __sizeof__(self) -> int:
        return getsizeof(self._times) + getsizeof(self.pks)

    def newest_first(self, start: int, end: int) -> list[int]:
        """Return the ids from position `start` to `end`, counted from the newest."""
        return list(reversed(self.pks[max(len(self) - end, 0) : len(self) - start]))

    def number(self, time: Any, pk: int) -> int | None:
        """Return the sequence number of a page, 1 for the oldest; None if the page isn't in the index."""
        position = self._find(time, pk)
        return position + 1 if self.pks[position : position + 1] == array("q", [pk]) else None

    def count_between(self, first: Any, last: Any) -> int:
        """Return how many pages there are from the time `first` to `last`, both included."""
        return bisect_right(self._times, _as_number(last)) - bisect_left(self._times, _as_number(first))

    def span(self) -> tuple[int, int] | None:
        """Return the times of the oldest and the newest page as numbers (`date.toordinal` for a date)."""
        return (self._times[0], self._times[-1]) if self.pks else None

    def split_at(self, time: Any, pk: int | None) -> "tuple[array[int], array[int]]":
        """Return the ids before and after a page. A draft may be new (no `pk`) or have a new time."""
        position = self._find(time, pk)
        before, after = self.pks[:position], self.pks[position:]
        for part in (before, after):
            if pk is not None and pk in part:
                part.remove(pk)
        return before, after

    def _find(self, time: Any, pk: int | None) -> int:
        number = _as_number(time)
        start, end = bisect_left(self._times, number), bisect_right(self._times, number)
        return end if pk is None else bisect_left(self.pks, pk, start, end)


def read_index(pages: QuerySet[Any]) -> ChronologicalIndex:
    """Return the index of `pages`, of a type with a `time_field`. Blocks: one query, cached until content changes.

    A page without a time isn't in it.
    """
    field = pages.model.time_field
    in_order = pages.filter(**{f"{field}__isnull": False}).order_by(field, "pk").values_list(field, "pk")
    return cached_queryset(in_order, lambda: ChronologicalIndex(in_order.iterator(chunk_size=10_000)))


def _as_number(time: datetime.date | int) -> int:
    if isinstance(time, datetime.datetime):
        return int(time.timestamp() * 1_000_000)
    return time.toordinal() if isinstance(time, datetime.date) else time


class ListedPageMixin:
    """For pages of a list that is ordered by `time_field`, newest first, and numbered from the oldest.

    `year_lookup` and `tag_lookup` are the lookups of its year and its tags, by which a search can be narrowed. Pages
    without tags need no `tag_lookup`.
    `address` is the page's URL, set by `set_addresses`, so that a list needs no query for each page.
    `sequence_number` is the page's number in the list: 1 for the oldest.
    """

    time_field: ClassVar[str] = "first_published_at"
    year_lookup: ClassVar[str] = "first_published_at__year"
    tag_lookup: ClassVar[str] = ""
    address: str = ""
    sequence_number: int | None = None

    @classmethod
    def check(cls, **kwargs: Any) -> list[CheckMessage]:
        """Return Django's messages about the model, and an error for each lookup that isn't one of its fields."""
        return [*super().check(**kwargs), *_check_lookups(cls)]  # type: ignore[misc]

    def list_url(self, parameter: str, value: str) -> str:
        """Return the URL of the page's list, filtered by one value."""
        return f"{urljoin(self.address, '../')}?{urlencode({parameter: value})}"


def _check_lookups(model: Any) -> Iterator[CheckMessage]:
    for name in ("time_field", "year_lookup", "tag_lookup"):
        lookup = getattr(model, name)
        try:
            model._base_manager.values(*filter(None, [lookup]))
        except FieldError as error:
            hint = f"Name a field of {model.__name__}, or of a model that it leads to. {error}"
            yield Error(f"{model.__name__}.{name} is {lookup!r}.", hint=hint, obj=model, id="listings.E001")


def readable_children(model: type[PageType], parent: Page) -> QuerySet[PageType]:
    """Return the children of `parent` that every reader of `parent` may read.

    They are live and have no view restriction of their own. A restriction of `parent` itself doesn't count here:
    with `.public()`, the list of a private blog would be empty for its own readers.
    """
    return _readable_under(model, parent.path, parent.depth)


def readable_siblings(page: PageType) -> QuerySet[PageType]:
    """Return `page` and its siblings of the same type that every reader of their parent may read."""
    return _readable_under(type(page), page.path[: -page.steplen], (page.depth or 1) - 1)


def _readable_under(model: type[PageType], path: str, depth: int | None) -> QuerySet[PageType]:
    # A page that was never saved has no position in the tree yet.
    if not (path and depth):
        return model.objects.none()
    pages = model.objects.live().filter(depth=depth + 1, path__startswith=path, view_restrictions__isnull=True)
    # An alias isn't listed beside its source.
    return pages.filter(Q(alias_of=None) | ~Q(alias_of__path__startswith=path)).defer_streamfields()


def set_addresses(pages: Iterable[Any], request: HttpRequest | None) -> None:
    """Set the `address` of each page. The site's root is looked up once for each request, not for each page."""
    for page in pages:
        page.address = page.get_url(request) or ""


@dataclass(frozen=True)
class ListPosition:
    """The sequence number of a page, and its neighbours in time."""

    number: int | None = None
    previous: Any = None
    next: Any = None


def find_list_position(page: Any, request: HttpRequest | None) -> ListPosition:
    """Return the sequence number of `page` and the pages right before and after it, with one query. Blocks."""
    siblings = readable_siblings(page)
    time = getattr(page, page.time_field)
    if siblings.query.is_empty() or time is None:
        return ListPosition()
    before, after = read_index(siblings).split_at(time, page.pk)
    neighbours = siblings.in_bulk([*before[-1:], *after[:1]])
    set_addresses(neighbours.values(), request)
    previous = neighbours.get(before[-1]) if before else None
    return ListPosition(len(before) + 1, previous, neighbours.get(after[0]) if after else None)
