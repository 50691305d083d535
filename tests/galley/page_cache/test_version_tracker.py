"""What one process knows of the version of the content."""

import asyncio

import pytest

from blog.models import Author
from galley.page_cache.version_tracker import VersionTracker


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_equal_versions_are_one_object(runner: asyncio.Runner) -> None:
    tracker = VersionTracker()
    version = runner.run(tracker.current())
    tracker.invalidate()
    assert tracker.version is None
    assert runner.run(tracker.current()) is version
    Author.objects.create(name="a", slug="a")
    runner.run(tracker.poll())
    assert tracker.version is not version


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_change_in_this_process_is_known_at_once(runner: asyncio.Runner) -> None:
    from galley.page_cache.version_tracker import version_tracker

    runner.run(version_tracker.current())
    Author.objects.create(name="a", slug="a")
    assert version_tracker.version is None
