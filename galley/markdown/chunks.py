"""A Markdown text cut into chunks that mean the same by themselves as within their text.

The parser itself says whether a chunk ends where it was cut: something written after it has to stand by itself.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from cachetools import LRUCache, cached
from markdown_it.token import Token

from galley.markdown.parser import parser

# A text of more pieces is cheaper to render at one go.
MOST_PIECES = 2_000

# Behind a blank line, before a line that isn't indented and begins with nothing that could go on with a list or a
# definition from above the blank line.
_POSSIBLE_CUT = re.compile(r"\n[ \t]*\n(?=[^\s\d:~*+-]|[*+-]\S|~~|\d(?!\d{0,8}[.)]))")

# A definition list joins one that is still open; whatever else is open (code, a comment) swallows it.
_PROBE = "\n\nx\n: x"

MAX_CACHE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Chunk:
    """One or more whole blocks of a text, and what of them reaches into the rest of the text."""

    text: str
    is_closed: bool
    references: Mapping[str, Any]
    defines_footnotes: bool
    has_odd_footnotes: bool
    heading_tags: frozenset[str]
    table_tokens: int


def cut_into_chunks(text: str) -> list[Chunk] | None:
    """Return the chunks that together are `text`, whose lines end with a line feed; None if there would be too many."""
    ends = [match.end() for match in _POSSIBLE_CUT.finditer(text)]
    if len(ends) > MOST_PIECES:
        return None
    ends.append(len(text))
    chunks = []
    start = 0
    while start < len(text):
        end = ends[bisect_right(ends, start)]
        chunk = read_chunk(text[start:end])
        while not chunk.is_closed and end < len(text):
            # At least twice as long each time: a text that never closes what it opens is still read in linear time.
            end = ends[bisect_left(ends, min(2 * end - start, len(text)))]
            chunk = read_chunk(text[start:end])
        chunks.append(chunk)
        start = end
    return chunks


def _memory_size(chunk: Chunk) -> int:
    return 4 * len(chunk.text) + 500 + 500 * len(chunk.references)


@cached(LRUCache(MAX_CACHE_BYTES, getsizeof=_memory_size), lock=Lock())
def read_chunk(text: str) -> Chunk:
    """Return `text`, which is cut at the end of a block, as a chunk."""
    env: dict[str, Any] = {}
    tokens: list[Token] = []
    parser.block.parse(text + _PROBE, parser, env, tokens)
    probe_line = text.count("\n") + 2
    heading_tags = frozenset(token.tag for token in tokens if token.type == "heading_open")
    footnote_levels = [token.level for token in tokens if token.type == "footnote_reference_open"]
    return Chunk(
        text=text,
        is_closed=any(
            token.type == "dl_open" and token.level == 0 and token.map == [probe_line, probe_line + 2]
            for token in tokens
        ),
        references=env.get("references", {}),
        defines_footnotes=bool(footnote_levels),
        has_odd_footnotes=bool(footnote_levels) and (bool(heading_tags) or any(footnote_levels)),
        heading_tags=heading_tags,
        table_tokens=env.get("table_tokens", 0),
    )
