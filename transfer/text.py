"""Markdown text: rewritten with its line numbers, written in small pieces, and reduced to plain words."""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import dropwhile
from operator import itemgetter

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

Span = tuple[int, int]
_BACKTICKS = re.compile(r"`+")
_HTML_CODE = re.compile(r"<!--(?:(?!<!--).)*?-->|<(pre|code)\b[^<>]*>(?:(?!<\1\b).)*?</\1>", re.DOTALL | re.IGNORECASE)

_TEMPLATE_TAG = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|\ue003\w* ?|\ue004")

# Only the block structure is parsed. The content of paragraphs is rewritten by regular expressions.
_PARSER = MarkdownIt("commonmark").enable("table")
_PARSER.core.ruler.enableOnly(["normalize", "block"])
_INLINE_PARSER = MarkdownIt("commonmark")


@lru_cache(maxsize=4)
def parse_blocks(text: str) -> list[Token]:
    """Return the block tokens of the CommonMark `text`; their `map` holds the lines, from 0."""
    return _PARSER.parse(text)


@dataclass
class SourceText:
    """The text of a post during its conversion. `origins` has the line number in the file of each line, from 1."""

    text: str
    origins: list[int]

    @classmethod
    def from_body(cls, body: str, first_line: int) -> "SourceText":
        """Return the text `body`, which begins on `first_line` of the file."""
        body = body.replace("\r\n", "\n").replace("\r", "\n")
        return cls(body, list(range(first_line, first_line + body.count("\n") + 1)))

    def rewrite(
        self,
        pattern: re.Pattern[str],
        replace: Callable[[re.Match[str], int], str | None],
        *,
        in_code: bool = False,
    ) -> None:
        """Replace each match of `pattern` by `replace(match, line)`, unless that is None.

        A match that begins inside code or a comment is only replaced if `in_code` is set.
        """
        text = self.text
        if not pattern.search(text):
            return
        line_starts = _line_starts(text)
        pieces: list[str] = []
        origins = [self.origins[0]]
        done = 0
        for match in find_outside(pattern, text, [] if in_code else code_spans(text)):
            line = bisect_right(line_starts, match.start()) - 1
            replacement = replace(match, self.origins[line])
            if replacement is None or replacement == match[0]:
                continue
            origins += self._origins_between(line_starts, done, match.start())
            last = bisect_right(line_starts, match.end()) - 1
            origins += [self.origins[min(line + n, last)] for n in range(1, replacement.count("\n") + 1)]
            if not replacement and match.start() == line_starts[line]:  # the line is removed: the next moves up
                origins[-1] = self.origins[bisect_right(line_starts, match.end()) - 1]
            pieces += [text[done : match.start()], replacement]
            done = match.end()
        origins += self._origins_between(line_starts, done, len(text))
        self.text = "".join([*pieces, text[done:]])
        self.origins = origins

    def _origins_between(self, line_starts: list[int], start: int, end: int) -> list[int]:
        return self.origins[bisect_right(line_starts, start) : bisect_right(line_starts, end)]


def find_outside(pattern: re.Pattern[str], text: str, spans: list[Span]) -> Iterator[re.Match[str]]:
    """Yield the matches of `pattern` that don't begin inside one of `spans`."""
    position = 0
    while match := pattern.search(text, position):
        if span := find_span(spans, match.start()):
            position = span[1]
            continue
        yield match
        position = max(match.end(), match.start() + 1)


def find_span(spans: list[Span], position: int) -> Span | None:
    """Return the one of the sorted `spans` in which `position` lies, or None."""
    index = bisect_right(spans, position, key=itemgetter(0)) - 1
    return spans[index] if index >= 0 and position < spans[index][1] else None


def code_spans(text: str) -> list[Span]:
    """Return the `(start, end)` offsets of code and comments in `text`, sorted and without overlaps."""
    code: list[Span] = []
    for token, (start, end) in _block_spans(text):
        if token.type in ("fence", "code_block"):
            code.append((start, end))
        elif token.type == "inline":
            code += _backtick_spans(text, start, end)
    code = _merge_spans(code)
    raw = [match.span() for match in find_outside(_HTML_CODE, text, code)] if "</" in text or "-->" in text else []
    return _merge_spans([*code, *raw])


def html_block_spans(text: str) -> list[Span]:
    """Return the offsets of HTML blocks in `text`, where Markdown isn't parsed."""
    return [span for token, span in _block_spans(text) if token.type == "html_block"]


def _block_spans(text: str) -> list[tuple[Token, Span]]:
    line_starts = [*_line_starts(text), len(text) + 1]
    blocks = [(token, token.map) for token in parse_blocks(text) if token.map]
    return [
        (token, (line_starts[first], line_starts[min(last, len(line_starts) - 1)])) for token, (first, last) in blocks
    ]


def _backtick_spans(text: str, start: int, end: int) -> list[Span]:
    """Return the code spans of a paragraph: from a run of backticks to the next of the same length (CommonMark 6.1)."""
    runs = [match.span() for match in _BACKTICKS.finditer(text, start, end)]
    spans = []
    position = start
    for index, (first, last) in enumerate(runs):
        if first < position or text.endswith("\\", start, first):
            continue
        closing = next((i for i in range(index + 1, len(runs)) if runs[i][1] - runs[i][0] == last - first), None)
        if closing is not None:
            position = runs[closing][1]
            spans.append((first, position))
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


def markdown_image(source: str, alt: str, title: str = "") -> str:
    """Return an image. The site prints its title as a caption, if the image is a paragraph of its own."""
    title = _one_line(title).replace("\\", "\\\\").replace('"', '\\"')
    caption = f' "{title}"' if title else ""
    return f"![{_escape_brackets(html.unescape(alt))}]({angled(source)}{caption})"


def markdown_link(label: str, url: str) -> str:
    """Return a link."""
    return f"[{_escape_brackets(label)}]({angled(url)})"


def angled(url: str) -> str:
    """Return `url` as a destination: in angle brackets where it holds what would end it."""
    return f"<{url}>" if re.search(r"[\s()]", url) and not re.search(r"[<>\n]", url) else url


def read_destination(written: str) -> str:
    """Return the URL that the destination `written` means: without angle brackets, backslashes and entities."""
    return unescapeAll(written[1:-1] if written.startswith("<") else written)


def strip_title(title: str | None) -> str:
    """Return a title without its quotation marks or parentheses."""
    return unescapeAll(title.strip()[1:-1]) if title else ""


def unescape(text: str) -> str:
    """Return `text` without the backslashes that hide Markdown's marks."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def _escape_brackets(text: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def plain_text(text: str) -> str:
    """Return the words of `text` on one line, without HTML, template tags, and Markdown's marks."""
    markup = nh3.clean(_INLINE_PARSER.renderInline(_TEMPLATE_TAG.sub("", text)), tags=set())
    return " ".join(html.unescape(markup).replace("\x00", "").split())


def compose(text: str) -> str:
    """Return `text` in the normal form NFC. macOS writes file names in another one than people type."""
    # Word by word: a run of combining marks takes quadratic time.
    return re.sub(r"\s+|\S{1,1000}", lambda match: unicodedata.normalize("NFC", match[0]), text)


def name_as_words(name: str) -> str:
    """Return the name of a file as a title: `hello-world` becomes `Hello world`."""
    words = re.sub(r"[-_\s]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def shorten(text: str, length: int) -> str:
    """Return at most `length` characters of `text`, cut between words, with an ellipsis where something went."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut).rstrip(" ,;:") + "…"


def words_of(text: str) -> list[str]:
    """Return the words of `text` in small letters."""
    return re.findall(r"\w+", text.casefold())


_COMMENTS = re.compile(r"(?:\s*<!--(?:(?!-->).)*-->)+\s*", re.DOTALL)
_HEADING_ELEMENT = re.compile(r"\s*<h1\b[^<>]*>((?:(?!</?h1\b).)*)</h1\s*>\s*", re.DOTALL | re.IGNORECASE)
_HEADING_ATTRIBUTES = re.compile(r"(?<![ \t])[ \t]*\{[ \t]*[:#.][^{}]*\}$")


def first_heading(body: str) -> tuple[str, int] | None:
    """Return the words of the level 1 heading at the very top of `body` and the number of its lines, or None."""
    tokens = dropwhile(_is_comment, parse_blocks(body))
    first = next(tokens, None)
    if not first or not first.map:
        return None
    element = _HEADING_ELEMENT.fullmatch(first.content)
    if first.tag != "h1" and not element:
        return None
    title = plain_text(element[1] if element else _HEADING_ATTRIBUTES.sub("", next(tokens).content))
    return (title, first.map[1]) if title else None


def _is_comment(token: Token) -> bool:
    return token.type == "html_block" and bool(_COMMENTS.fullmatch(token.content))
