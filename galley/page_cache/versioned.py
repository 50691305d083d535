"""Values cached in memory for one version of the content: menus, the numbers of a list, parts of pages.

A value belongs to a version of the content, and each request reads which version is current. So nothing has to be
deleted. Values are only cached while pages are served; previews, the admin and commands always compute them.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from sys import getsizeof
from threading import Condition
from typing import Any, NamedTuple, TypeVar

import cachetools
from cachetools import LRUCache
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils.translation import get_language
from wagtail.models import Site
from wagtail.models.sites import SITE_ROOT_PATHS_CACHE_KEY, SITE_ROOT_PATHS_CACHE_VERSION, SiteRootPath

from galley.page_cache.invalidation import Version, read_version
from galley.page_cache.queries import RecordedQueries, record_queries, replay

T = TypeVar("T")

MAX_BYTES = 8 * 1024 * 1024
# The assumed size of a value that doesn't tell its own: a menu, an address, the filters of a list.
DEFAULT_SIZE = 4_096


# Sent by `use_current_version`, in the thread of `request`. Receivers may use `cached`.
serving_started = Signal()


class CachedValue(NamedTuple):
    """A value, and the queries that it was computed from."""

    value: Any
    queries: RecordedQueries

    @property
    def size(self) -> int:
        """About how many bytes it takes. None is larger than the whole cache, so that it isn't stored."""
        if self.value is None:
            return MAX_BYTES + 1
        return max(getsizeof(self.value), DEFAULT_SIZE) + self.queries.size


class _VersionCache:
    """All values of one version. Threads that want the same value wait for the one that computes it."""

    def __init__(self, version: Version | None) -> None:
        self.version = version
        values: LRUCache[Hashable, CachedValue] = LRUCache(MAX_BYTES, getsizeof=lambda value: value.size)
        by_key = cachetools.cached(values, key=lambda key, compute: key, condition=Condition())
        self.get_or_compute = by_key(_compute)


def _compute(key: Hashable, compute: Callable[[], Any]) -> CachedValue:
    with record_queries() as queries:
        return CachedValue(compute(), queries)


_newest = _VersionCache(None)
_current: ContextVar[_VersionCache | None] = ContextVar("version_cache", default=None)


@contextmanager
def use_version(version: Version | None) -> Iterator[None]:
    """Cache values for `version` inside the context. With None, nothing is cached."""
    global _newest
    if version is not None and version != _newest.version:
        _newest = _VersionCache(version)
    token = _current.set(None if version is None else _newest)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def use_current_version(request: HttpRequest) -> Iterator[None]:
    """Read the current version for `request`, cache values for it, and look up the site. Blocks."""
    request.content_version = read_version()  # type: ignore[attr-defined]
    with use_version_of(request):
        cache_site(request)
        serving_started.send(sender=None, request=request)
        yield


def use_version_of(request: HttpRequest) -> AbstractContextManager[None]:
    """Return a context that caches for the version that `use_current_version` has read for `request`."""
    return use_version(getattr(request, "content_version", None))


def is_caching() -> bool:
    """Return whether values are cached here."""
    return _current.get() is not None


def cached(key: Hashable, compute: Callable[[], T]) -> T:
    """Return the value of `compute()`, cached under `key` for the version in use. Outside of a version, compute it.

    `compute` must not depend on the visitor, and must not ask for its own key. All requests in the same language share
    its value, so nobody may change it. None isn't cached: addresses without a page are endless. What has expired
    (`expire_at`) is computed each time.
    """
    values = _current.get()
    if values is None:
        return compute()
    found = values.get_or_compute((get_language(), key), compute)
    if found.queries.seconds_left <= 0:
        return compute()
    replay(found.queries)
    return found.value


def cached_queryset(queryset: QuerySet[Any], compute: Callable[[], T], *depends_on: Hashable) -> T:
    """Return the value of `compute()`, which reads `queryset`; cached for this query and this function.

    `depends_on` names everything else that the value depends on.
    """
    try:
        key = compute.__qualname__, str(queryset.query), *depends_on
    except EmptyResultSet:  # there will be no rows, and no query
        return compute()
    return cached(key, compute)


def cache_site(request: HttpRequest) -> None:
    """Give `request` its site and the root paths of all sites, where Wagtail itself caches both for a request."""
    address = request.get_host(), request.get_port()
    request._wagtail_site = cached(  # type: ignore[attr-defined]
        ("site", *address), lambda: Site._find_for_request(request)
    )
    request._wagtail_cached_site_root_paths = cached(  # type: ignore[attr-defined]
        "site root paths", _read_site_root_paths
    )


def _read_site_root_paths() -> list[SiteRootPath]:
    """Return the root paths of all sites. Wagtail's own copy may be an hour old, and differ between processes."""
    cache.delete(SITE_ROOT_PATHS_CACHE_KEY, version=SITE_ROOT_PATHS_CACHE_VERSION)
    return Site.get_site_root_paths()
