"""The time that the texts of a draft may take, so that no author holds up the process for others."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import thread_time
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

# Of processor time, so that other work on the machine doesn't count: for one text, and for all of a draft together.
MAX_SECONDS = 0.5
MAX_DRAFT_SECONDS = 0.8
# Of a published text too: after that, its code isn't coloured.
MAX_COLOURING_SECONDS = 1.0


class TooSlow(Exception):
    """A text of a draft takes more than `MAX_SECONDS`, or all of them more than `MAX_DRAFT_SECONDS`."""


class OutOfTime(Exception):
    """The code of a text has taken more than `MAX_COLOURING_SECONDS`."""


# The seconds that are left for the texts of a draft: a list of one number.
_left: ContextVar[list[float] | None] = ContextVar("left", default=None)
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)
_spent_on_colours: ContextVar[list[float]] = ContextVar("spent_on_colours")


@contextmanager
def limit_time() -> Iterator[None]:
    """Within it, Markdown, code and formulas have limited time: for one draft of an author.

    What was rendered in time is cached, so the next rendering goes further. What is published has no limit: it is
    rendered in linear time, and a page cut short would be cached.
    """
    token = _left.set([MAX_DRAFT_SECONDS])
    try:
        yield
    finally:
        _left.reset(token)


def is_time_limited() -> bool:
    """Return whether the texts of a draft are rendered."""
    return _left.get() is not None


@contextmanager
def time_text() -> Iterator[None]:
    """Within it, one text is rendered. Raises `TooSlow` if there is a limit and the text takes longer."""
    began, left = thread_time(), _left.get()
    token = _deadline.set(began + min(MAX_SECONDS, *left) if left else math.inf)
    colours = _spent_on_colours.set([])
    try:
        check_time()
        yield
    finally:
        if left:
            left[0] -= thread_time() - began
        _deadline.reset(token)
        _spent_on_colours.reset(colours)


def render_in_time(render: Callable[[], SafeString], source: str, note: str) -> SafeString:
    """Return what `render` returns; `source` as it is, with a `note` for its author, if a draft has no more time."""
    try:
        with time_text():
            return render()
    except TooSlow:
        return format_html('<span data-preview-note="{}">{}</span>', note, source)


def check_time(*_: Any) -> Any:
    """Raise `TooSlow` if the time is over. As a rule of the parser, it never matches."""
    deadline = _deadline.get()
    if deadline < math.inf and thread_time() > deadline:
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
