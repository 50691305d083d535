"""How much work a text makes, counted in a way that no busy machine changes."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def count_lines(work: Callable[[], object]) -> int:
    """Return how many lines of Python `work` runs."""
    lines = 0

    def count(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()  # that of coverage
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines
