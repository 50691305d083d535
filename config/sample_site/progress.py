"""Tells whoever waits how far the loading has come."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Report = Callable[[str], object]
Named = TypeVar("Named", bound=tuple[str, object])


def count_off(items: Iterable[Named], total: int, what: str, report: Report) -> Iterator[Named]:
    """Yield each `(name, …)` of `items`, and report it as `what` number so-and-so of `total`."""
    for number, item in enumerate(items, start=1):
        report(f"{what} {number} of {total}: {item[0]}")
        yield item
