"""Incremental rendering: a Markdown text is split into chunks, and only chunks that changed are rendered again.

A chunk is a run of whole blocks that means the same by itself as within its text. The parser itself checks each split:
a probe appended to the chunk has to be parsed as a block of its own. The cache key of a rendered chunk holds all that
the chunk depends on: link definitions, and whether headings are demoted. Footnotes are numbered in the order of their
first mention, so all chunks with footnotes are rendered together.
"""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, compress, pairwise
from sys import getsizeof
from threading import Lock
from typing import Any

from cachetools import LRUCache, cached
from django.utils.translation import get_language
from markdown_it.token import Token

from galley.markdown.formulas import MAX_FORMULA_SIZE
from galley.markdown.parser import MAX_BLOCK_TOKENS, MAX_TABLE_TOKENS, parser
from galley.markdown.sanitising import ALLOWED_TAGS, sanitise

# A text with more possible splits, or with a chunk that is longer, is cheaper to render in one piece.
MAX_CHUNKS = 2_000
MAX_CHUNK_LENGTH = 100_000
MAX_CHUNK_CACHE_BYTES = 8 * 1024 * 1024
MAX_RENDERED_CACHE_BYTES = 16 * 1024 * 1024
MAX_SANITISED_CACHE_BYTES = 2 * 1024 * 1024

# After a blank line, before a line that isn't indented and can't continue a list or a definition above the blank line.
_POSSIBLE_SPLIT = re.compile(r"\n[ \t]*\n(?=[^\s\d:~*+-]|[*+-]\S|~~|\d(?!\d{0,8}[.)]))")

# A definition list joins one that is still open; any other open block (code, a comment) swallows it.
_PROBE = "\n\nx\n: x"
# An open element closes after the first sign or after the second; an open comment or an open attribute swallows both.
_TAG_NAME = re.compile(r"<([a-zA-Z][^\s/>]*)")
_END = "\ue000<p>\ue000</p>"


@dataclass(frozen=True)
class Chunk:
    """One or more whole blocks of a text, and what the rest of the text has to know of them.

    `formula_size` is that of formulas on lines of their own. Those within a line aren't parsed yet.
    """

    text: str
    is_closed: bool
    references: Mapping[str, Any]
    defines_footnotes: bool
    has_nested_footnotes: bool
    heading_tags: frozenset[str]
    block_tokens: int
    table_tokens: int
    formula_size: int


@dataclass(frozen=True)
class RenderedChunk:
    """A rendered chunk, or the list of footnotes. `sanitised` is None if it holds raw HTML."""

    html: str
    sanitised: str | None


# Chunks that were rendered together, and the size of their formulas.
_Rendered = tuple[tuple[RenderedChunk, ...], int]


def _size_in_memory(rendered: _Rendered) -> int:
    """Return about how many bytes `rendered` takes in memory, with its source text."""
    return 1_000 + sum(2 * getsizeof(chunk.html) + getsizeof(chunk.sanitised) for chunk in rendered[0])


rendered_cache: LRUCache[Hashable, _Rendered] = LRUCache(MAX_RENDERED_CACHE_BYTES, getsizeof=_size_in_memory)
_lock = Lock()


def render_incrementally(text: str, footnotes_name: str = "") -> str | None:
    """Return the sanitised HTML of the Markdown `text`, which equals that of the text rendered in one piece.

    Returns None for a text that is to be rendered in one piece. It can't be split, has too many chunks or one that is
    too long, its blocks, tables or formulas together reach the parser's bounds, or a footnote holds a heading or is
    nested in another block.
    """
    chunks = split_into_chunks(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"))
    if (
        chunks is None
        or sum(chunk.block_tokens for chunk in chunks) > MAX_BLOCK_TOKENS
        or sum(chunk.table_tokens for chunk in chunks) > MAX_TABLE_TOKENS
        or sum(chunk.formula_size for chunk in chunks) >= MAX_FORMULA_SIZE
        or any(chunk.has_nested_footnotes for chunk in chunks)
    ):
        return None
    rendered = _Document(chunks, footnotes_name).render()
    return None if rendered is None else "".join(_sanitise(rendered))


def _sanitise(rendered: Sequence[RenderedChunk]) -> Iterator[str]:
    """Yield the sanitised HTML of all chunks.

    The parser's own HTML is balanced, so each chunk is sanitised by itself. Raw HTML may stay open past its chunk:
    from a chunk with raw HTML on, chunks are sanitised together until one leaves nothing open.
    """
    start = 0
    while start < len(rendered):
        clean, end = rendered[start].sanitised, start + 1
        if clean is None:
            clean, end = _sanitise_together(rendered, start)
        yield clean
        start = end


def _sanitise_together(rendered: Sequence[RenderedChunk], start: int) -> tuple[str, int]:
    """Return the sanitised HTML of the chunks from `start` on, and the position after the last of them."""
    pieces: list[str] = []
    length = tried = 0
    for position in range(start, len(rendered)):
        chunk = rendered[position]
        pieces.append(chunk.html)
        length += len(chunk.html)
        # At least twice as long each time: a text with an element that never closes is sanitised in linear time.
        if chunk.sanitised is None and length >= 2 * tried:
            tried = length
            if (clean := sanitise_closed("".join(pieces))) is not None:
                return clean, position + 1
    return sanitise("".join(pieces)), len(rendered)


def _language_and_digest(html: str) -> Hashable:
    # The sanitiser names where a vague link leads in the language of the page.
    return get_language(), hashlib.blake2b(html.encode(), digest_size=16).digest()


@cached(
    LRUCache(MAX_SANITISED_CACHE_BYTES, getsizeof=lambda clean: 200 + getsizeof(clean)), _language_and_digest, Lock()
)
def sanitise_closed(html: str) -> str | None:
    """Return the sanitised `html`; None if it leaves something open, which would hold what follows.

    An element that the sanitiser drops can't be seen to stay open: with one, nothing counts as closed.
    """
    if not ALLOWED_TAGS.issuperset(map(str.lower, _TAG_NAME.findall(html))):
        return None
    clean = sanitise(html + _END)
    return clean.removesuffix(_END) if clean.endswith(_END) else None


def split_into_chunks(text: str) -> list[Chunk] | None:
    """Return `text`, whose lines end with a line feed, as chunks; None if it isn't worth while."""
    ends = [match.end() for match in _POSSIBLE_SPLIT.finditer(text)]
    if not 0 < len(ends) <= MAX_CHUNKS:
        return None
    ends.append(len(text))
    if any(end - start > MAX_CHUNK_LENGTH for start, end in pairwise([0, *ends])):
        return None
    chunks = []
    start = 0
    while start < len(text):
        end = ends[bisect_right(ends, start)]
        chunk = read_chunk(text[start:end])
        while not chunk.is_closed and end < len(text):
            # At least twice as long each time: a text with a block that never closes is read in linear time.
            end = ends[bisect_left(ends, min(2 * end - start, len(text)))]
            chunk = read_chunk(text[start:end])
        chunks.append(chunk)
        start = end
    return chunks


def _chunk_size(chunk: Chunk) -> int:
    return 4 * len(chunk.text) + 500 + 500 * len(chunk.references)


@cached(LRUCache(MAX_CHUNK_CACHE_BYTES, getsizeof=_chunk_size), key=str, lock=Lock())
def read_chunk(text: str) -> Chunk:
    """Return `text`, which ends at a possible split, as a chunk. `is_closed` says whether the split is valid."""
    env: dict[str, Any] = {}
    tokens: list[Token] = []
    parser.block.parse(text + _PROBE, parser, env, tokens)
    probe_line = text.count("\n") + 2
    heading_tags = frozenset(token.tag for token in tokens if token.type == "heading_open")
    footnote_levels = [token.level for token in tokens if token.type == "footnote_reference_open"]
    table_tokens = env.get("table_tokens", 0)
    return Chunk(
        text=text,
        is_closed=any(
            token.type == "dl_open" and token.level == 0 and token.map == [probe_line, probe_line + 2]
            for token in tokens
        ),
        references=env.get("references", {}),
        defines_footnotes=bool(footnote_levels),
        has_nested_footnotes=bool(footnote_levels) and (bool(heading_tags) or any(footnote_levels)),
        heading_tags=heading_tags,
        block_tokens=len(tokens) - table_tokens,
        table_tokens=table_tokens,
        formula_size=env.get("formula_size", 0),
    )


class _Document:
    """The chunks of one text, and what they have to know of each other."""

    def __init__(self, chunks: Sequence[Chunk], footnotes_name: str) -> None:
        self.chunks = chunks
        self.footnotes_name = footnotes_name
        self.demotes_headings = any("h1" in chunk.heading_tags for chunk in chunks)
        has_footnotes = any(chunk.defines_footnotes for chunk in chunks)
        self.footnoted = [has_footnotes and "[^" in chunk.text for chunk in chunks]
        definitions = "".join(chunk.text for chunk in chunks if chunk.references)
        self.definitions_key = hashlib.blake2b(definitions.encode(), digest_size=16).digest() if definitions else b""
        self.language = get_language()
        self.formula_size = 0

    @cached_property
    def references(self) -> Mapping[str, Any]:
        """The link definitions by label. The first definition of a label counts."""
        return dict(chain.from_iterable(chunk.references.items() for chunk in reversed(self.chunks)))

    def render(self) -> list[RenderedChunk] | None:
        """Return each chunk rendered, and the list of footnotes; None once the formulas are too many for a text."""
        footnoted = iter(self._render_together([*compress(self.chunks, self.footnoted)]))
        rendered = []
        for chunk, is_footnoted in zip(self.chunks, self.footnoted, strict=True):
            rendered.append(next(footnoted) if is_footnoted else self._render_together([chunk])[0])
            if self.formula_size >= MAX_FORMULA_SIZE:
                return None
        return [*rendered, *footnoted]

    def _render_together(self, chunks: Sequence[Chunk]) -> tuple[RenderedChunk, ...]:
        """Return each of `chunks` rendered, and the footnotes that they mention. Cached."""
        text = "".join(chunk.text for chunk in chunks)
        key = (
            text,
            self.definitions_key if "[" in text else b"",
            self.demotes_headings and any(chunk.heading_tags for chunk in chunks),
            self.footnotes_name if "[^" in text else "",
            self.language,
        )
        with _lock:
            found = rendered_cache.get(key)
        if found is None:
            # What the parser has to know of the rest of the text. Footnotes take their name from `docId`.
            env: dict[str, Any] = {"demotes_headings": self.demotes_headings}
            if self.references:
                env["references"] = self.references
            if self.footnotes_name:
                env["docId"] = self.footnotes_name
            groups = _group_tokens(parser.parse(text, env), [chunk.text.count("\n") for chunk in chunks])
            found = tuple(_render_tokens(tokens, env) for tokens in groups), env.get("formula_size", 0)
            with _lock, suppress(ValueError):  # larger than the whole cache
                rendered_cache[key] = found
        rendered, formula_size = found
        self.formula_size += formula_size
        return rendered


def _group_tokens(tokens: Sequence[Token], line_counts: Sequence[int]) -> list[list[Token]]:
    """Return `tokens` by chunk, given the number of lines of each; the last are those of the list of footnotes."""
    groups: list[list[Token]] = [[] for _ in range(len(line_counts) + 1)]
    later_starts = list(accumulate(line_counts))[:-1]
    position = 0
    for token in tokens:
        if token.type == "footnote_block_open":
            groups[-1] = list(tokens[sum(map(len, groups)) :])
            break
        if token.map:
            position = bisect_right(later_starts, token.map[0])
        groups[position].append(token)
    return groups


def _render_tokens(tokens: Sequence[Token], env: dict[str, Any]) -> RenderedChunk:
    html = parser.renderer.render(tokens, parser.options, env)
    inlines = chain.from_iterable(token.children or [] for token in tokens)
    has_raw_html = any(token.type in {"html_block", "html_inline"} for token in chain(tokens, inlines))
    return RenderedChunk(html, None if has_raw_html else sanitise(html))
