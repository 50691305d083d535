"""The cache in front of the whole site, and in front of an application that tests write themselves."""

import asyncio
from collections.abc import Callable

import pytest

from config.asgi import django_application
from galley.page_cache.application import PageCache
from galley.page_cache.version_tracker import VersionTracker, version_tracker
from tests.conftest import SmallSite
from tests.galley.page_cache.visitors import Visitor, runner  # noqa: F401

MEBIBYTE = 1024 * 1024


@pytest.fixture
def visitor(runner: asyncio.Runner, small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> Visitor:  # noqa: F811
    """Somebody who visits the small site through a cache of its own, which shows nothing of a version before.

    Needs real transactions.
    """
    monkeypatch.setattr(version_tracker, "stale_seconds", 0)
    cache = PageCache(django_application, 8 * MEBIBYTE)
    cache.tracker.invalidate()
    return Visitor(cache, runner)


class CountedChanges(VersionTracker):
    """Changes that a test makes up, in place of those in the database."""

    def __init__(self) -> None:
        self.number = 0
        super().__init__(lambda: (self.number, self.number, 0), stale_seconds=0)

    def make_one(self) -> None:
        """Let something have been changed, and be noticed."""
        self.number += 1
        self.invalidate()


@pytest.fixture
def changes() -> CountedChanges:
    return CountedChanges()


@pytest.fixture
def cached(runner: asyncio.Runner, changes: CountedChanges) -> Callable[..., Visitor]:  # noqa: F811
    """Put the cache in front of an application; return who asks it."""

    def put_in_front(app: Callable, max_bytes: int = 8 * MEBIBYTE) -> Visitor:
        return Visitor(PageCache(app, max_bytes, changes), runner)

    return put_in_front
