"""Cuts texts into lines or paragraphs, and finds those that two texts have in common."""

import re
from bisect import bisect_left
from collections import Counter
from difflib import SequenceMatcher
from typing import Any

# A text of more lines or paragraphs is taken as a whole.
MAX_LINES = 5000
# Difflib takes quadratic time: a second for some thousand lines.
MAX_COMPARED = 1000
_PARAGRAPH = r"<(p|h[1-6])\b[^>]*>(?:(?!</?(?:p|h[1-6]|ul|ol|li|div|blockquote|table)\b).)*</\1>\s*"
_PARAGRAPHS = re.compile(f"(?:{_PARAGRAPH})*", re.S)


def cut_into_pieces(text: str, is_rich: bool) -> list[str]:
    """Return the lines of `text`, or the paragraphs of rich text; all of it in one piece if it has other markup."""
    if not is_rich:
        pieces = [line for line in re.split(r"(?<!\n)(?=\n)", text.replace("\r\n", "\n")) if line]
    elif _PARAGRAPHS.fullmatch(text):
        pieces = [match[0] for match in re.finditer(_PARAGRAPH, text, re.S)]
    else:
        return [text]
    return pieces if len(pieces) <= MAX_LINES else [text]


def find_places(old: list[str], new: list[str]) -> dict[int, int]:
    """Return the indexes of the pieces of `old` that stand in `new` too, in the same order, with their indexes there.

    Of long texts, only what stands between pieces that both have just once is compared.
    """
    is_long = max(len(old), len(new)) > MAX_COMPARED
    places: dict[int, int] = {}
    i = j = 0
    for next_i, next_j in [*(_find_anchors(old, new) if is_long else ()), (len(old), len(new))]:
        if max(next_i - i, next_j - j) <= MAX_COMPARED:
            blocks = SequenceMatcher(None, old[i:next_i], new[j:next_j]).get_matching_blocks()
            places |= {i + at + n: j + there + n for at, there, size in blocks for n in range(size)}
        if next_i < len(old):
            places[next_i] = next_j
        i, j = next_i + 1, next_j + 1
    return places


def _find_anchors(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Return the indexes of pieces that both lists have just once: as many as are in the same order in both.

    It is the longest increasing subsequence. `chains` has, by length, the one that ends first.
    """
    once = {piece for piece, count in Counter(old).items() if count == 1}
    once &= {piece for piece, count in Counter(new).items() if count == 1}
    places = {piece: place for place, piece in enumerate(new) if piece in once}
    ends: list[int] = []
    chains: list[Any] = []
    for i, piece in enumerate(old):
        if piece in once:
            place = places[piece]
            length = bisect_left(ends, place)
            ends[length : length + 1] = [place]
            chains[length : length + 1] = [((i, place), chains[length - 1] if length else None)]
    anchors = []
    chain = chains[-1] if chains else None
    while chain:
        anchor, chain = chain
        anchors.append(anchor)
    return anchors[::-1]
