"""A rendered page, cut at its regions, so that a change travels as the few characters that changed.

A region is an element with a `data-region` attribute; its value is unique on the page. What lies between the regions
is the skeleton. Templates that name no region work too: their page is then all skeleton, and travels whole.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

OPENING = re.compile(r"<([a-z][a-z0-9-]*)\b[^>]*?\sdata-region=\"([^\"]+)\"[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Splice:
    """In a text, replace the characters from `start` to `end` by `text`. Offsets count UTF-16 units, as browsers do."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class CutPage:
    """A page in parts.

    `skeleton` holds markup and names of regions in turn: markup, name, markup, name, …, markup.
    `regions` holds the inner HTML of each region by its name.
    """

    skeleton: tuple[str, ...]
    regions: dict[str, str]

    @property
    def html(self) -> str:
        """The whole page."""
        return "".join(self.regions[part] if i % 2 else part for i, part in enumerate(self.skeleton))


def cut_page(html: str) -> CutPage:
    """Cut `html` at its outermost regions. A region that isn't closed, or whose name comes again, stays skeleton."""
    skeleton: list[str] = []
    regions: dict[str, str] = {}
    position = 0
    for match in OPENING.finditer(html):
        tag, name = match.groups()
        if match.start() < position or name in regions:
            continue
        end = _end_of_content(html, tag, match.end())
        if end is not None:
            skeleton += [html[position : match.end()], name]
            regions[name] = html[match.end() : end]
            position = end
    return CutPage((*skeleton, html[position:]), regions)


def _end_of_content(html: str, tag: str, start: int) -> int | None:
    """Return where the content of the element `tag`, opened just before `start`, ends."""
    depth = 1
    for match in re.compile(rf"<(/?){tag}\b[^>]*>", re.IGNORECASE).finditer(html, start):
        depth += -1 if match[1] else 1
        if depth == 0:
            return match.start()
    return None


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
