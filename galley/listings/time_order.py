"""In which order a list stands, as numbers alone: a hundred thousand pages take a megabyte and a half.

All that a list has to count follows from it: how many pages there are, which of them stand on one page of the list
however far back, the number of each, and what comes before and after it. The database would count them anew each time.
"""

import datetime
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from sys import getsizeof
from typing import Any

from django.db.models import QuerySet

from galley.page_cache.versioned import cached_queryset


class TimeOrder:
    """The ids of pages by their time, the oldest first; of the same time, those made first."""

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
        """Return the ids from the place `start` to `end`, both counted from the newest."""
        return list(reversed(self.pks[max(len(self) - end, 0) : len(self) - start]))

    def number(self, time: Any, pk: int) -> int | None:
        """Return the number of a page, 1 for the oldest; None if it isn't there."""
        place = self._find(time, pk)
        return place + 1 if self.pks[place : place + 1] == array("q", [pk]) else None

    def count_between(self, first: Any, last: Any) -> int:
        """Return how many pages there are from the time `first` to `last`, both included."""
        return bisect_right(self._times, _as_number(last)) - bisect_left(self._times, _as_number(first))

    def span(self) -> tuple[int, int] | None:
        """Return the times of the oldest and the newest page, as numbers (`date.toordinal` for a date)."""
        return (self._times[0], self._times[-1]) if self.pks else None

    def around(self, time: Any, pk: int | None) -> "tuple[array[int], array[int]]":
        """Return the ids before and after a page, which may be new (no `pk`) or stand elsewhere until it is saved."""
        place = self._find(time, pk)
        before, after = self.pks[:place], self.pks[place:]
        for part in (before, after):
            if pk is not None and pk in part:
                part.remove(pk)
        return before, after

    def _find(self, time: Any, pk: int | None) -> int:
        number = _as_number(time)
        start, end = bisect_left(self._times, number), bisect_right(self._times, number)
        return end if pk is None else bisect_left(self.pks, pk, start, end)


def read_order(pages: QuerySet[Any]) -> TimeOrder:
    """Return the order of `pages`, of a type with a `time_field`. Blocks: one query, until something changes."""
    in_order = pages.order_by(pages.model.time_field, "pk").values_list(pages.model.time_field, "pk")
    return cached_queryset(in_order, lambda: TimeOrder(in_order.iterator(chunk_size=10_000)))


def _as_number(time: datetime.date | int) -> int:
    if isinstance(time, datetime.datetime):
        return int(time.timestamp() * 1_000_000)
    return time.toordinal() if isinstance(time, datetime.date) else time
