"""What is kept in memory for as long as nothing on the site changes: the menu, the numbers of a list, parts of pages.

Nothing has to be emptied: whatever is kept belongs to a version of the content (`version.py`), and every request
looks up which one that is. Only where pages are served is anything kept; previews, the admin and commands read afresh.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from sys import getsizeof
from threading import RLock
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.http import HttpRequest

from galley.page_cache.byte_bound_cache import ByteBoundCache
from galley.page_cache.reads import Reads, note, recorded
from galley.page_cache.version import Version

T = TypeVar("T")

MOST_BYTES = 16 * 1024 * 1024
# What doesn't tell its size: a menu, an address, the filters of a list.
USUAL_SIZE = 4_096


class _Store:
    """All that is kept for one version."""

    def __init__(self, version: Version | None) -> None:
        self.version = version
        self.values: ByteBoundCache[tuple[Any, Reads]] = ByteBoundCache(MOST_BYTES)
        # One for what is being made: whoever wants the same waits for it instead of making it again.
        self.locks: defaultdict[Hashable, RLock] = defaultdict(RLock)

    def make(self, key: Hashable, make: Callable[[], Any]) -> tuple[Any, Reads]:
        """Return what `make` makes and the queries that it took, and keep both."""
        with recorded() as reads:
            value = make()
        if value is not None:
            self.values.put(key, (value, reads), max(getsizeof(value), USUAL_SIZE) + reads.size)
        return value, reads


_newest = _Store(None)
_store: ContextVar[_Store | None] = ContextVar("kept_store", default=None)


@contextmanager
def keeping(version: Version | None) -> Iterator[None]:
    """Keep meanwhile for `version`, which was read before; for None nothing is kept."""
    global _newest
    if version is not None and version != _newest.version:
        _newest = _Store(version)
    token = _store.set(None if version is None else _newest)
    try:
        yield
    finally:
        _store.reset(token)


def keeping_for(request: HttpRequest) -> AbstractContextManager[None]:
    """Return a context in which is kept what `galley.async_pages.serving.serve` has begun to keep for `request`."""
    return keeping(getattr(request, "content_version", None))


def is_keeping() -> bool:
    """Return whether anything is kept here."""
    return _store.get() is not None


def keep(key: Hashable, make: Callable[[], T]) -> T:
    """Return what `make` makes of the content: kept under `key` for the present version, or made now.

    `make` must not depend on who asks. What it returns is shared by all requests, and must not be changed. None isn't
    kept: there is no end of things that aren't there.
    """
    store = _store.get()
    if store is None:
        return make()
    kept = store.values.get(key)
    if kept is None:
        with store.locks[key]:
            kept = store.values.get(key) or store.make(key, make)
            store.locks.pop(key, None)
    note(kept[1])
    return kept[0]


def keep_for(queryset: QuerySet[Any], make: Callable[[], T], *depends_on: Hashable) -> T:
    """Return what `make` makes of the rows of `queryset`, kept as `keep` does for just this query and this `make`.

    What else `make` depends on is told in `depends_on`.
    """
    try:
        key = make.__qualname__, str(queryset.query), *depends_on
    except EmptyResultSet:  # there will be no rows, and no query
        return make()
    return keep(key, make)
