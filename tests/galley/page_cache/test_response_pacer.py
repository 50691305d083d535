"""Answers from memory give way: to whoever else is on the loop, and to what is being made in threads."""

from collections.abc import Callable
from typing import Any

import pytest

from galley.page_cache.protocol import ResponsePacer
from tests.galley.page_cache.press import Press


class Loop:
    """An event loop whose turns a test takes."""

    def __init__(self) -> None:
        self.soon: list[tuple[Callable, tuple]] = []
        self.later: list[tuple[float, Callable, tuple]] = []

    def call_soon(self, callback: Callable, *args: Any) -> None:
        self.soon.append((callback, args))

    def call_later(self, delay: float, callback: Callable, *args: Any) -> None:
        self.later.append((delay, callback, args))

    def turn(self) -> None:
        due, self.soon = self.soon, []
        for callback, args in due:
            callback(*args)

    def rest(self) -> float:
        [(delay, callback, args)], self.later = self.later, []
        callback(*args)
        return delay


@pytest.fixture
def loop() -> Loop:
    return Loop()


def ask(pacer: ResponsePacer, loop: Loop, number: int) -> list[int]:
    """Let so many ask at once; return who has been answered, which grows."""
    answered: list[int] = []
    for one in range(number):
        pacer.submit(lambda one=one: answered.append(one), loop)
    return answered


def test_so_many_are_answered_in_a_turn_and_the_others_after_them_in_their_order(loop: Loop) -> None:
    answered = ask(pacer := ResponsePacer(), loop, 100)
    for turns in range(1, 5):
        assert answered == list(range(min(100, turns * pacer.MAX_PER_TURN)))
        loop.turn()
    assert len(answered) == 100


def test_while_something_is_being_made_fewer_are_answered_and_the_loop_rests(loop: Loop) -> None:
    pacer = ResponsePacer()
    pacer.is_computing = lambda: True
    answered = ask(pacer, loop, 100)
    before = len(answered)
    assert loop.rest() == pacer.REST_SECONDS
    assert len(answered) == before + pacer.MAX_PER_TURN_COMPUTING
    pacer.is_computing = lambda: False
    loop.rest()
    assert len(answered) == before + pacer.MAX_PER_TURN_COMPUTING + pacer.MAX_PER_TURN
    assert not loop.later


def test_whoever_comes_alone_waits_for_nobody(loop: Loop) -> None:
    pacer = ResponsePacer()
    pacer.is_computing = lambda: True
    assert ask(pacer, loop, 1) == [0]


@pytest.mark.parametrize("url", ["/", "/admin/"])
def test_the_cache_knows_when_something_is_being_made(cached, url: str) -> None:
    press = Press()
    visitor = cached(press)
    while_made: list[bool] = []
    press.before_answer = lambda: while_made.append(visitor.app.is_computing())
    for headers in ({}, {"cookie": "sessionid=abc"}):
        visitor.get(url, **headers)
    assert while_made == [True, True]
    assert not visitor.app.is_computing()


def test_what_fails_is_over_too(cached) -> None:
    visitor = cached(press := Press())
    press.before_answer = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        visitor.get("/", cookie="sessionid=abc")
    assert not visitor.app.is_computing()
