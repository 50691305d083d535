"""Tells whoever waits how far the loading has come."""

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

Report = Callable[[str], object]
Item = TypeVar("Item")


def count_off(items: Collection[Item], report: Report, describe: Callable[[Item], str]) -> Iterator[Item]:
    """Yield the `items` one by one, each after a line to `report` that says which one it is."""
    for number, item in enumerate(items, start=1):
        report(f"{describe(item)} ({number} of {len(items)})")
        yield item
