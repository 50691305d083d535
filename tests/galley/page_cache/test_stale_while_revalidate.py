"""For a moment after a change, what was right before is shown while it is looked at anew."""

import asyncio

import pytest

from galley.page_cache.application import PageCache
from galley.page_cache.version_tracker import POLL_SECONDS, STALE_WHILE_REVALIDATE_SECONDS
from tests.galley.page_cache.conftest import MEBIBYTE, CountedChanges
from tests.galley.page_cache.press import Press
from tests.galley.page_cache.visitors import Visitor, runner, until  # noqa: F401


@pytest.fixture
def press() -> Press:
    return Press("The first edition. " * 100)


@pytest.fixture
def reader(press: Press, runner: asyncio.Runner) -> Visitor:  # noqa: F811
    changes = CountedChanges()
    changes.stale_seconds = 60
    reader = Visitor(PageCache(press, 8 * MEBIBYTE, changes), runner)
    assert reader.get("/").is_stored
    press.text = "The second edition. " * 100
    return reader


def change_something(reader: Visitor) -> None:
    """Let something change, as a page does that was made of other rows."""
    reader.app.tracker.make_one()
    for entry in reader.app.store.entries.values():
        entry.digest = b"of other rows"


def test_nobody_waits_for_what_is_made_anew(reader: Visitor, press: Press) -> None:
    change_something(reader)

    async def ask_while_the_press_is_at_work() -> bytes:
        from tests.galley.page_cache.visitors import ask

        press.gate = asyncio.Event()
        first = await ask(reader.app, "/")
        await until(lambda: press.times_asked == 2)
        second = await ask(reader.app, "/")
        press.gate.set()
        await until(lambda: not reader.app._in_flight)
        assert first.is_hit
        assert second.body == first.body
        return (await ask(reader.app, "/")).body

    assert b"second edition" in reader.run(ask_while_the_press_is_at_work())
    assert press.times_asked == 2


def test_whoever_comes_later_waits_for_the_new_one(reader: Visitor) -> None:
    change_something(reader)
    reader.app.tracker.stale_seconds = 0
    assert b"second edition" in reader.get("/").body


def test_a_change_of_another_process_was_made_up_to_a_poll_ago(reader: Visitor) -> None:
    tracker = reader.app.tracker
    before = tracker.version
    tracker.number += 1
    reader.run(tracker.poll())
    noticed = tracker._replaced_at[before]
    tracker.make_one()
    assert tracker._replaced_at[tracker._last] > noticed + POLL_SECONDS
    assert STALE_WHILE_REVALIDATE_SECONDS < 1


def test_an_old_version_is_not_shown_because_there_are_newer_ones(reader: Visitor) -> None:
    tracker = reader.app.tracker
    before = tracker.version
    change_something(reader)
    reader.run(tracker.current())
    ended = tracker._replaced_at[before]
    change_something(reader)
    reader.run(tracker.current())
    assert tracker._replaced_at[before] == ended
    assert not tracker.is_stale_servable(before, ended + tracker.stale_seconds)
