"""A text that can be rewritten piece by piece and still knows on which line of its file each line stood."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

Span = tuple[int, int]
_BACKTICKS = re.compile(r"`+")
_HTML_CODE = re.compile(r"<!--.*?-->|<(pre|code)\b[^<>]*>.*?</\1>", re.DOTALL | re.IGNORECASE)

# Only the structure of blocks is wanted; what stands inside a paragraph is rewritten in place.
_PARSER = MarkdownIt("commonmark").enable("table")
_PARSER.core.ruler.enableOnly(["normalize", "block"])


@lru_cache(maxsize=4)
def parse_blocks(text: str) -> list[Token]:
    """Return the block tokens of the CommonMark `text`; their `map` holds the lines, from 0."""
    return _PARSER.parse(text)


@dataclass
class SourceText:
    """The text of a post while it is converted. `origins` holds, for each line of it, its line in the file, from 1."""

    text: str
    origins: list[int]

    @classmethod
    def from_body(cls, body: str, first_line: int) -> "SourceText":
        """Start with the text as it stands in the file, where its first line is `first_line`."""
        body = body.replace("\r\n", "\n").replace("\r", "\n")
        return cls(body, list(range(first_line, first_line + body.count("\n") + 1)))

    def rewrite(
        self,
        pattern: re.Pattern[str],
        replace: Callable[[re.Match[str], int], str | None],
        *,
        in_code: bool = False,
    ) -> None:
        """Replace each match of `pattern` by `replace(match, line)`, or leave it where that is None.

        Matches that begin inside code or a comment are left alone, unless `in_code` is set.
        """
        text = self.text
        if not pattern.search(text):
            return
        line_starts = _line_starts(text)
        pieces: list[str] = []
        origins = [self.origins[0]]
        done = 0
        for match in _find_outside(pattern, text, [] if in_code else code_spans(text)):
            line = bisect_right(line_starts, match.start()) - 1
            replacement = replace(match, self.origins[line])
            if replacement is None or replacement == match[0]:
                continue
            origins += self._origins_between(line_starts, done, match.start())
            origins += [self.origins[line]] * replacement.count("\n")
            if not replacement and match.start() == line_starts[line]:  # whole lines went: the next one moves up
                origins[-1] = self.origins[bisect_right(line_starts, match.end()) - 1]
            pieces += [text[done : match.start()], replacement]
            done = match.end()
        origins += self._origins_between(line_starts, done, len(text))
        self.text = "".join([*pieces, text[done:]])
        self.origins = origins

    def replace_lines(self, lines: list[tuple[str, int]]) -> None:
        """Set the text anew from `(line, line in the file)`."""
        self.text = "\n".join(line for line, _ in lines)
        self.origins = [origin for _, origin in lines] or [1]

    def line_at(self, offset: int) -> int:
        """Return the line in the file of the character at `offset`."""
        return self.origins[self.text.count("\n", 0, offset)]

    def _origins_between(self, line_starts: list[int], start: int, end: int) -> list[int]:
        first = bisect_right(line_starts, start)
        last = bisect_right(line_starts, end)
        return self.origins[first:last]


def _find_outside(pattern: re.Pattern[str], text: str, spans: list[Span]) -> Iterator[re.Match[str]]:
    """Yield the matches of `pattern` that don't begin inside one of `spans`."""
    starts = [start for start, _ in spans]
    position = 0
    while match := pattern.search(text, position):
        index = bisect_right(starts, match.start()) - 1
        if index >= 0 and match.start() < spans[index][1]:
            position = spans[index][1]
            continue
        yield match
        position = max(match.end(), match.start() + 1)


def code_spans(text: str) -> list[Span]:
    """Return where code and comments stand in `text`, as sorted, separate `(start, end)` offsets."""
    line_starts = [*_line_starts(text), len(text) + 1]
    blocks: list[Span] = []
    inline: list[Span] = []
    for token in parse_blocks(text):
        if token.map is None:
            continue
        start, end = line_starts[token.map[0]], line_starts[min(token.map[1], len(line_starts) - 1)]
        if token.type in ("fence", "code_block"):
            blocks.append((start, end))
        elif token.type == "inline":
            inline += _backtick_spans(text, start, end)
    code = _merge_spans([*blocks, *inline])
    raw = [match.span() for match in _HTML_CODE.finditer(text)] if "</" in text or "-->" in text else []
    return _merge_spans([*code, *(span for span in raw if not any(start <= span[0] < end for start, end in code))])


def _backtick_spans(text: str, start: int, end: int) -> list[Span]:
    """Code spans of a paragraph: a run of backticks up to the next run of the same length (CommonMark 6.1)."""
    runs = [match.span() for match in _BACKTICKS.finditer(text, start, end)]
    spans = []
    index = 0
    while index < len(runs):
        opening = runs[index]
        if opening[0] and text[opening[0] - 1] == "\\":
            index += 1
            continue
        length = opening[1] - opening[0]
        closing = next((i for i in range(index + 1, len(runs)) if runs[i][1] - runs[i][0] == length), None)
        if closing is None:
            index += 1
            continue
        spans.append((opening[0], runs[closing][1]))
        index = closing + 1
    return spans


def _merge_spans(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def html_block_spans(text: str) -> list[Span]:
    """Return where blocks of raw HTML stand in `text`, as offsets: no Markdown is read there."""
    line_starts = [*_line_starts(text), len(text) + 1]
    blocks = [token.map for token in parse_blocks(text) if token.type == "html_block" and token.map]
    return [(line_starts[first], line_starts[min(last, len(line_starts) - 1)]) for first, last in blocks]
