"""The time that a Markdown text of a draft may take, so that no author holds up the process for others."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import thread_time
from typing import Any

# Of processor time, so that other work on the machine doesn't count.
MAX_SECONDS = 0.6


class TooSlow(Exception):
    """A text of a draft takes more than `MAX_SECONDS`."""


_limit: ContextVar[float] = ContextVar("limit", default=math.inf)
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)


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
    try:
        yield
    finally:
        _deadline.reset(token)


def check_time(*_: Any) -> Any:
    """Raise `TooSlow` if the time is over. As a rule of the parser, it never matches."""
    if thread_time() > _deadline.get():
        raise TooSlow
    return False
