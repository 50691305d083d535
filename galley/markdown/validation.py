"""Errors in a Markdown text that its author has to correct, each with the number of its line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from markdown_it.token import Token

from galley.markdown.formulas import InvalidFormula, convert_formula
from galley.markdown.internal_links import LINK_PATTERN, get_models
from galley.markdown.parser import parser

_KIND_NAMES = {"page": "page", "doc": "document", "image": "picture"}


@dataclass(frozen=True)
class BrokenLink:
    """An internal link or image whose target doesn't exist, and its line."""

    line: int
    kind: str
    number: str

    def __str__(self) -> str:
        return f"Line {self.line}: there is no {_KIND_NAMES[self.kind]} with the number “{self.number}”."


@dataclass(frozen=True)
class FormulaError:
    """A formula that can't be converted to MathML, its line, and the reason."""

    line: int
    tex: str
    reason: str

    def __str__(self) -> str:
        values = {"line": self.line, "tex": Truncator(self.tex).chars(40), "reason": self.reason}
        message = _("Line %(line)s: the formula “%(tex)s” can't be set. %(reason)s A dollar sign is written \\$.")
        return message % values


def find_formula_errors(text: str) -> list[FormulaError]:
    """Return an error for each invalid formula in the Markdown `text`, in the order of their lines."""
    errors = []
    for line, token in _with_lines(parser.parse(text)):
        if token.type in {"math_inline", "math_block"}:
            try:
                convert_formula(token.content)
            except InvalidFormula as error:
                errors.append(FormulaError(line, token.content.strip(), str(error)))
    return errors


def find_broken_links(text: str) -> list[BrokenLink]:
    """Return the internal links and images in the Markdown `text` whose targets don't exist, in the order of lines.

    A page that exists but isn't published isn't reported: it may go live later. Runs one query for each kind.
    """
    links = [
        (line, match["kind"].lower(), match["number"])
        for line, url in _urls(parser.parse(text))
        if (match := LINK_PATTERN.match(url))
    ]
    existing = {
        kind: set(
            model.objects.filter(
                pk__in={int(number) for _, found, number in links if found == kind and _is_id(number)}
            ).values_list("pk", flat=True)
        )
        for kind, model in get_models().items()
    }
    return [
        BrokenLink(line, kind, number[:40])
        for line, kind, number in links
        if not (_is_id(number) and int(number) in existing[kind])
    ]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _urls(tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """Yield the line and the URL of each link and image."""
    for line, token in _with_lines(tokens):
        if url := token.attrs.get("href") or token.attrs.get("src"):
            yield line, str(url)


def _with_lines(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Yield each token, and each inline child, with the number of its line, counted from 1."""
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        yield line, token
        for child in token.children or []:
            yield line, child
            line += child.type in {"softbreak", "hardbreak"}
