"""How long each stage of a round takes: what a developer looks at first when a preview feels slow."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stages:
    """A stopwatch with names; `milliseconds` holds what was measured."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        """Add the time until the end of the block to stage `name`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            spent = (time.perf_counter() - began) * 1000
            self.milliseconds[name] = round(self.milliseconds.get(name, 0) + spent, 2)
