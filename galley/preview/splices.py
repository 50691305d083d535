"""A change of a text as one replacement: how drafts travel, from the form to the server and on to the screens."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Splice:
    """In a text, replace the characters from `start` to `end` by `text`. Offsets count UTF-16 units, as browsers do."""

    start: int
    end: int
    text: str


def find_splice(old: str, new: str) -> Splice:
    """Return the one replacement that turns `old` into `new`, with what they share at both ends left out."""
    shortest = min(len(old), len(new))
    prefix = _largest(shortest, lambda size: old.startswith(new[:size]))
    suffix = _largest(shortest - prefix, lambda size: old.endswith(new[len(new) - size :]))
    return Splice(
        start=utf16_length(old[:prefix]),
        end=utf16_length(old[: len(old) - suffix]),
        text=new[prefix : len(new) - suffix],
    )


def _largest(limit: int, holds: Callable[[int], bool]) -> int:
    """Return the largest size up to `limit` for which `holds`, by halving: slices compare faster than characters."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def utf16_length(text: str) -> int:
    """Return how many UTF-16 units `text` has: what JavaScript calls its length."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def apply_splice(text: str, splice: Splice) -> str:
    """Return `text` with the replacement made. Raises `ValueError` if it lies outside the text."""
    if not 0 <= splice.start <= splice.end <= utf16_length(text):
        raise ValueError("The splice lies outside the text.")
    if text.isascii():
        return text[: splice.start] + splice.text + text[splice.end :]
    units = text.encode("utf-16-le", "surrogatepass")
    spliced = units[: 2 * splice.start] + splice.text.encode("utf-16-le", "surrogatepass") + units[2 * splice.end :]
    return spliced.decode("utf-16-le", "surrogatepass")
