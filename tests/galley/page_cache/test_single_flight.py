"""Many visitors at once: one answer for all where it is everybody's, and nobody waits for nothing."""

import asyncio

import pytest
from django.db import OperationalError

from galley.page_cache.queries import RowDigests
from tests.galley.page_cache.press import Press
from tests.galley.page_cache.visitors import Answer, Visitor, ask, grow_older, until


async def ask_together(visitor: Visitor, press: Press, number: int, **headers: str) -> list[Answer]:
    """Ask `number` times while the press stands still, then let it run."""
    press.gate = asyncio.Event()
    tasks = [asyncio.create_task(ask(visitor.app, "/", **headers)) for _ in range(number)]
    await until(lambda: bool(press.requests))
    for _ in range(10):
        await asyncio.sleep(0)
    assert press.times_asked == 1
    press.gate.set()
    return await asyncio.gather(*tasks)


def test_all_who_ask_meanwhile_share_one_answer(cached) -> None:
    press = Press()
    visitor = cached(press)
    answers = visitor.run(ask_together(visitor, press, 50))
    assert press.times_asked == 1
    assert {answer.body for answer in answers} == {press.text.encode()}
    assert [answer.is_hit for answer in answers].count(False) == 1


@pytest.mark.parametrize("answer", [{"status": 500}, {"status": 404}, {"cache_control": "private"}], ids=str)
def test_what_is_not_everybodys_is_made_for_each(cached, answer: dict) -> None:
    press = Press(**answer)
    visitor = cached(press)
    answers = visitor.run(ask_together(visitor, press, 20))
    assert press.times_asked == 20
    assert {answer.status for answer in answers} == {press.status}


def test_those_who_must_not_share_do_not_queue(cached) -> None:
    """Each next answer waits for one that is given only when all have been asked for."""
    press = Press(cache_control="private")
    visitor = cached(press)
    visitor.get("/")

    async def all_at_once() -> None:
        press.gate = asyncio.Event()
        tasks = [asyncio.create_task(ask(visitor.app, "/")) for _ in range(10)]
        await until(lambda: press.times_asked == 11)
        press.gate.set()
        await asyncio.gather(*tasks)

    visitor.run(all_at_once())


def test_those_who_waited_for_an_answer_that_is_not_theirs_do_not_queue_either(cached) -> None:
    press = Press(cache_control="private")
    visitor = cached(press)

    async def all_at_once() -> None:
        press.gate = asyncio.Event()
        tasks = [asyncio.create_task(ask(visitor.app, "/")) for _ in range(10)]
        await until(lambda: bool(press.requests))
        press.gate.set()
        press.gate = asyncio.Event()
        await until(lambda: press.times_asked == 10)
        press.gate.set()
        await asyncio.gather(*tasks)

    visitor.run(all_at_once())


def test_an_application_that_breaks_harms_nobody_else(cached) -> None:
    press = Press()
    visitor = cached(press)

    def break_down() -> None:
        raise RuntimeError("out of ink")

    press.before_answer = break_down
    with pytest.raises(RuntimeError):
        visitor.get("/")
    press.before_answer = lambda: None
    assert visitor.get("/").status == 200


def test_after_a_failure_an_answer_is_soon_kept_again(cached, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("galley.page_cache.origin.ERROR_PASS_SECONDS", 0.0)
    press = Press(status=500)
    visitor = cached(press)
    visitor.get("/")
    press.status = 200
    assert visitor.get("/").is_stored


def test_one_who_goes_away_takes_no_answer_with_them(cached) -> None:
    press = Press()
    visitor = cached(press)

    async def leave() -> list[Answer]:
        press.gate = asyncio.Event()
        leaving = asyncio.create_task(ask(visitor.app, "/"))
        await until(lambda: bool(press.requests))
        staying = [asyncio.create_task(ask(visitor.app, "/")) for _ in range(3)]
        await asyncio.sleep(0)
        staying[0].cancel()
        await asyncio.sleep(0)
        press.gate.set()
        return await asyncio.gather(leaving, *staying[1:])

    assert [answer.status for answer in visitor.run(leave())] == [200, 200, 200]
    assert press.times_asked == 1


def test_an_old_answer_is_shown_while_a_new_one_is_made(cached) -> None:
    press = Press()
    visitor = cached(press)
    visitor.get("/")
    old = press.text
    grow_older(visitor, 610)
    press.text = "Set anew. " * 100

    async def ask_twice() -> tuple[Answer, Answer]:
        press.gate = asyncio.Event()
        first = await ask(visitor.app, "/")
        second = await ask(visitor.app, "/")
        press.gate.set()
        await asyncio.gather(*[task for task in visitor.app._tasks if task is not visitor.app._follower])
        return first, second

    for answer in visitor.run(ask_twice()):
        assert answer.body == old.encode()
        assert answer.headers["cache-status"].startswith("galley; hit; ttl=-")
    assert visitor.get("/").body == press.text.encode()
    assert press.times_asked == 2


def test_one_that_is_too_old_is_shown_no_more(cached) -> None:
    press = Press()
    visitor = cached(press)
    visitor.get("/")
    grow_older(visitor, 700)
    press.text = "Set anew. " * 100
    assert visitor.get("/").body == press.text.encode()


def test_an_answer_during_which_something_changed_is_not_kept(cached, changes) -> None:
    """It may show what was there before the change, and nothing would ever tell."""
    press = Press()
    visitor = cached(press)
    visitor.get("/other/")
    press.before_answer = changes.make_one
    answer = visitor.get("/")
    assert (answer.status, answer.is_stored) == (200, False)
    press.before_answer = lambda: None
    assert visitor.get("/").is_stored


def test_a_change_that_nobody_has_noticed_yet_counts_too(cached, changes) -> None:
    press = Press()
    visitor = cached(press)

    def change_elsewhere() -> None:
        changes.number += 1

    press.before_answer = change_elsewhere
    assert not visitor.get("/").is_stored
    press.before_answer = lambda: None
    assert visitor.get("/").is_stored


def test_a_change_while_the_version_is_read_is_not_overlooked(runner, changes) -> None:
    read = changes.read

    def read_and_be_overtaken() -> tuple[int, int, int]:
        version = read()
        changes.make_one()
        return version

    changes.read = read_and_be_overtaken
    runner.run(changes.poll())
    assert changes.version is None


def test_an_answer_that_was_checked_is_shown_on(cached, changes) -> None:
    """A change of something else: the queries give the same rows (here there are none)."""
    press = Press()
    visitor = cached(press)
    visitor.get("/")
    changes.make_one()
    assert visitor.get("/").is_hit
    assert press.times_asked == 1


def test_a_check_is_made_once_for_all(cached, changes, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = cached(Press())
    visitor.get("/")
    checks = []
    digest = RowDigests.digest
    monkeypatch.setattr(RowDigests, "digest", lambda memory, reads: checks.append(1) or digest(memory, reads))
    changes.make_one()

    async def ask_many() -> list[Answer]:
        return await asyncio.gather(*[ask(visitor.app, "/") for _ in range(20)])

    assert all(answer.is_hit for answer in visitor.run(ask_many()))
    assert checks == [1]


def test_what_empties_all_empties_all(cached, changes) -> None:
    press = Press()
    visitor = cached(press)
    visitor.get("/")
    changes.read = lambda: (1, 1, 1)
    changes.invalidate()
    assert visitor.get("/").is_stored
    assert press.times_asked == 2


def test_without_a_database_the_kept_pages_are_shown_and_others_asked_for(cached, changes, caplog) -> None:
    press = Press()
    visitor = cached(press)
    visitor.get("/")

    def fail() -> tuple[int, int, int]:
        raise OperationalError("gone")

    changes.read = fail

    visitor.run(until(lambda: "doesn't answer" in caplog.text))
    assert visitor.get("/").is_hit
    changes.invalidate()  # a change in this very process: who knows what it was
    answer = visitor.get("/")
    assert (answer.status, answer.is_hit) == (200, False)
    assert press.times_asked == 2


def test_who_looks_for_changes_stops_when_nothing_is_kept(cached, changes) -> None:
    visitor = cached(Press())
    visitor.get("/")

    async def empty_and_wait() -> None:
        follower = visitor.app._follower
        assert not follower.done()
        visitor.app.store.remove(next(iter(visitor.app.store.entries)))
        await follower

    visitor.run(empty_and_wait())
    assert changes.version is None
    assert visitor.get("/").is_stored
    assert not visitor.app._follower.done()
