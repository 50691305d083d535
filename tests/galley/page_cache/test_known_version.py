"""What one process knows of the version of the content."""

import asyncio

import pytest

from blog.models import Author
from galley.page_cache.known_version import KnownVersion


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_equal_versions_are_one_object(runner: asyncio.Runner) -> None:
    known = KnownVersion()
    version = runner.run(known.current())
    known.forget()
    assert known.version is None
    assert runner.run(known.current()) is version
    Author.objects.create(name="a", slug="a")
    runner.run(known.poll())
    assert known.version is not version


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_change_in_this_process_is_known_at_once(runner: asyncio.Runner) -> None:
    from galley.page_cache.known_version import known_version

    runner.run(known_version.current())
    Author.objects.create(name="a", slug="a")
    assert known_version.version is None
