"""What a Markdown text links to, and errors that its author has to correct, each with the number of its line."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from markdown_it.token import Token

from galley.markdown.formulas import MAX_FORMULA_LENGTH, InvalidFormula, convert_formula, has_too_many_formulas
from galley.markdown.internal_links import LINK_PATTERN, get_models
from galley.markdown.parser import parser

# An entity or a backslash may hide a link.
_MAY_HAVE_ANY = re.compile(r"[$&\\]|(?:page|doc|image):", re.IGNORECASE)
_KIND_NAMES = {"page": "page", "doc": "document", "image": "picture"}


def find_formula_errors(text: str) -> list[str]:
    """Return an error for each invalid formula in the Markdown `text`, in the order of their lines.

    The last says after which line formulas are printed as they are, if the text has too many.
    """
    message = _("Line %(line)s: the formula “%(tex)s” can't be set. %(reason)s A dollar sign is written \\$.")
    errors = []
    contents = _read(text)
    for line, formula in contents.formulas:
        try:
            convert_formula(formula)
        except InvalidFormula as error:
            tex = Truncator(formula.strip()[:MAX_FORMULA_LENGTH]).chars(40)
            errors.append(message % {"line": line, "tex": tex, "reason": error})
    if contents.has_too_many_formulas:
        most = _("Line %(line)s: the formulas up to here are as many as one text can have. Please divide it into two.")
        errors.append(most % {"line": contents.formulas[-1][0]})
    return errors


def find_broken_links(text: str) -> list[str]:
    """Return an error for each internal link or image in the Markdown `text` whose target doesn't exist.

    A page that exists but isn't published isn't reported: it may go live later. Runs one query for each kind.
    """
    links = _read(text).links
    existing = {
        kind: model.objects.in_bulk({int(number) for _, found, number in links if found == kind and _is_id(number)})
        for kind, model in get_models().items()
    }
    return [
        f"Line {line}: there is no {_KIND_NAMES[kind]} with the number “{number[:40]}”."
        for line, kind, number in links
        if not (_is_id(number) and int(number) in existing[kind])
    ]


def find_references(text: str) -> set[tuple[type[Model], str]]:
    """Return the models and primary keys of the pages, documents and images in the Markdown `text`."""
    models = get_models()
    return {(models[kind], number) for _, kind, number in _read(text).links if _is_id(number)}


class _Contents(NamedTuple):
    """The formulas of a text with their lines, and the kinds and numbers of its internal links and images."""

    formulas: tuple[tuple[int, str], ...] = ()
    links: tuple[tuple[int, str, str], ...] = ()
    has_too_many_formulas: bool = False


@lru_cache(maxsize=32)
def _read(text: str) -> _Contents:
    """Parse `text`. A save asks three times, and a long text takes a second."""
    if not _MAY_HAVE_ANY.search(text):
        return _Contents()
    formulas, links = [], []
    env: dict[str, Any] = {}
    for line, token in _with_lines(parser.parse(text, env)):
        if token.type in {"math_inline", "math_block"}:
            formulas.append((line, token.content))
        elif match := LINK_PATTERN.match(str(token.attrs.get("href") or token.attrs.get("src") or "")):
            links.append((line, match["kind"].lower(), match["number"]))
    return _Contents(tuple(formulas), tuple(links), bool(formulas) and has_too_many_formulas(env))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _with_lines(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Yield each token, and each inline child, with the number of its line, counted from 1."""
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        yield line, token
        for child in token.children or []:
            yield line, child
            line += child.type in {"softbreak", "hardbreak"}
