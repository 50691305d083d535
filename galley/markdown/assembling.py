"""A Markdown text rendered chunk by chunk: what was rendered before is taken from a cache.

A change in one paragraph costs that paragraph. What a chunk has to know of the rest of its text is part of its key: the
addresses defined for links, whether headings are demoted, which ids they get. Footnotes are numbered in the order in
which they are mentioned first, so the chunks that speak of them are rendered together.
"""

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, compress
from sys import getsizeof
from threading import Lock
from typing import Any

from cachetools import LRUCache
from django.utils.translation import get_language
from markdown_it.token import Token

from galley.markdown.chunks import Chunk, cut_into_chunks
from galley.markdown.parser import MOST_TABLE_TOKENS, parser, unique_ids
from galley.markdown.parts import Part, cut_at_references, memory_size
from galley.markdown.sanitising import sanitise

Ids = tuple[str, ...]


@dataclass(frozen=True)
class Piece:
    """What one chunk has become, or the list of footnotes. `parts` are None if it holds HTML of the author's own."""

    html: str
    parts: tuple[Part, ...] | None
    heading_ids: Ids
    wanted_ids: Ids


def _size_in_memory(pieces: tuple[Piece, ...]) -> int:
    """Return about how many bytes `pieces` take in memory, with the text that they were made of."""
    return 1_000 + sum(2 * getsizeof(piece.html) + memory_size(piece.parts or ()) for piece in pieces)


pieces_cache: LRUCache[Hashable, tuple[Piece, ...]] = LRUCache(16 * 1024 * 1024, getsizeof=_size_in_memory)
_lock = Lock()


def render_in_chunks(text: str, footnotes_name: str = "") -> tuple[Part, ...] | None:
    """Return the sanitised parts of the Markdown `text`, which together equal those of the text rendered at one go.

    None for the rare text that has to be rendered so: it has too many pieces, its tables together reach the bound that
    the parser sets, or a footnote holds a heading or stands inside another block, and so may drop part of the text.
    """
    chunks = cut_into_chunks(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"))
    if (
        chunks is None
        or sum(chunk.table_tokens for chunk in chunks) > MOST_TABLE_TOKENS
        or any(chunk.has_odd_footnotes for chunk in chunks)
    ):
        return None
    document = _Document(chunks, footnotes_name)
    pieces = document.render([()] * len(chunks))
    taken: Counter[str] = Counter()
    ids = [unique_ids(piece.wanted_ids, taken) for piece in pieces]
    if any(piece.heading_ids != unique for piece, unique in zip(pieces, ids, strict=True)):
        pieces = document.render(ids[: len(chunks)])
    return tuple(_sanitise(pieces))


def _sanitise(pieces: Sequence[Piece]) -> Iterator[Part]:
    """Yield the parts of `pieces`.

    What the parser writes is balanced, so each piece is sanitised by itself; but HTML of the author's own may open what
    only a later piece closes, or nothing does: from there on the sanitiser sees all in one.
    """
    for position, piece in enumerate(pieces):
        if piece.parts is None:
            yield from cut_at_references(sanitise("".join(rest.html for rest in pieces[position:])))
            return
        yield from piece.parts


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

    @cached_property
    def references(self) -> Mapping[str, Any]:
        """The addresses that links name by a label. The first definition of a label counts."""
        return dict(chain.from_iterable(chunk.references.items() for chunk in reversed(self.chunks)))

    def render(self, ids: Sequence[Ids]) -> list[Piece]:
        """Return a piece for each chunk and one for the list of footnotes, with `ids` for the headings of each chunk.

        Where the ids are empty, headings get those that they ask for.
        """
        ids_together = tuple(chain.from_iterable(compress(ids, self.footnoted)))
        footnoted = iter(self._render_run([*compress(self.chunks, self.footnoted)], ids_together))
        pieces = [
            next(footnoted) if is_footnoted else self._render_run([chunk], heading_ids)[0]
            for chunk, is_footnoted, heading_ids in zip(self.chunks, self.footnoted, ids, strict=True)
        ]
        return [*pieces, *footnoted]

    def _render_run(self, run: Sequence[Chunk], heading_ids: Ids) -> tuple[Piece, ...]:
        """Return a piece for each chunk of `run`, and one for the footnotes that they mention."""
        text = "".join(chunk.text for chunk in run)
        key = (
            text,
            heading_ids,
            self.definitions_key if "[" in text else b"",
            self.demotes_headings and any(chunk.heading_tags for chunk in run),
            self.footnotes_name if "[^" in text else "",
            get_language(),
        )
        with _lock:
            pieces = pieces_cache.get(key)
        if pieces is None:
            env = self._make_env(heading_ids)
            slices = _slice(parser.parse(text, env), [chunk.text.count("\n") for chunk in run])
            pieces = tuple(_make_pieces(slices, env))
            with _lock, suppress(ValueError):  # larger than the whole cache
                pieces_cache[key] = pieces
        return pieces

    def _make_env(self, heading_ids: Ids) -> dict[str, Any]:
        """Return what the parser is told of the rest of the text."""
        env: dict[str, Any] = {"demotes_headings": self.demotes_headings, "heading_ids": heading_ids}
        if self.references:
            env["references"] = self.references
        if self.footnotes_name:
            # markdown-it's footnotes take their name from `docId`.
            env["docId"] = self.footnotes_name
        return env


def _slice(tokens: Sequence[Token], line_counts: Sequence[int]) -> list[list[Token]]:
    """Return `tokens` by chunk, given the number of lines of each; the last are those of the list of footnotes."""
    slices: list[list[Token]] = [[] for _ in range(len(line_counts) + 1)]
    later_starts = list(accumulate(line_counts))[:-1]
    position = 0
    for token in tokens:
        if token.type == "footnote_block_open":
            slices[-1] = list(tokens[sum(map(len, slices)) :])
            break
        if token.map:
            position = bisect_right(later_starts, token.map[0])
        slices[position].append(token)
    return slices


def _make_pieces(slices: Sequence[Sequence[Token]], env: dict[str, Any]) -> Iterator[Piece]:
    wanted = iter(env["wanted_ids"])
    for tokens in slices:
        html = parser.renderer.render(tokens, parser.options, env)
        ids = tuple(str(token.attrs["id"]) for token in tokens if token.type == "heading_open")
        yield Piece(
            html=html,
            parts=None if _holds_own_html(tokens) else cut_at_references(sanitise(html)),
            heading_ids=ids,
            wanted_ids=tuple(next(wanted) for _ in ids),
        )


def _holds_own_html(tokens: Sequence[Token]) -> bool:
    inlines = chain.from_iterable(token.children or [] for token in tokens)
    return any(token.type in {"html_block", "html_inline"} for token in chain(tokens, inlines))
