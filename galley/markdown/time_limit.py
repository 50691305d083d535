"""The time that a Markdown text of a draft may take, so that no author holds up the process for others."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import thread_time
from typing import Any

# Of processor time, so that other work on the machine doesn't count.
MAX_SECONDS = 0.6
# Of a published text too: after that, its code isn't coloured.
MAX_COLOURING_SECONDS = 1.0


class TooSlow(Exception):
    """A text of a draft takes more than `MAX_SECONDS`."""


class OutOfTime(Exception):
    """The code of a text has taken more than `MAX_COLOURING_SECONDS`."""


_limit: ContextVar[float] = ContextVar("limit", default=math.inf)
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)
_spent_on_colours: ContextVar[list[float]] = ContextVar("spent_on_colours")


@contextmanager
def limit_time() -> Iterator[None]:
    """Within it, each Markdown text may take `MAX_SECONDS` to render: for the drafts of authors.

    What is published has no limit: it is rendered in linear time, and a page cut short would be cached.
    """
    token = _limit.set(MAX_SECONDS)
    try:
        yield
    finally:
        _limit.reset(token)


@contextmanager
def time_text() -> Iterator[None]:
    """Within it, one text is rendered. Raises `TooSlow` if there is a limit and the text takes longer."""
    token = _deadline.set(thread_time() + _limit.get())
    colours = _spent_on_colours.set([])
    try:
        yield
    finally:
        _deadline.reset(token)
        _spent_on_colours.reset(colours)


def check_time(*_: Any) -> Any:
    """Raise `TooSlow` if the time is over. As a rule of the parser, it never matches."""
    if thread_time() > _deadline.get():
        raise TooSlow
    return False


@contextmanager
def time_colouring() -> Iterator[Callable[[], None]]:
    """Within it, code is coloured. What it yields raises `OutOfTime` if the text has no more time for colours."""
    began = thread_time()
    spent = _spent_on_colours.get([])
    deadline = began + MAX_COLOURING_SECONDS - sum(spent)

    def check() -> None:
        check_time()
        if thread_time() > deadline:
            raise OutOfTime

    try:
        yield check
    finally:
        spent.append(thread_time() - began)
