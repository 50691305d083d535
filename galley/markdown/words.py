"""The words of a paragraph without the marks around them."""

from collections.abc import Iterable

from markdown_it.token import Token


def plain_words(children: Iterable[Token]) -> str:
    """Return what `children`, the parts of a paragraph, say in plain words, on one line."""
    return " ".join("".join(_words(child.type, child.content) for child in children).split())


def _words(kind: str, content: str) -> str:
    if kind in {"text", "code_inline"}:
        return content
    return " " if kind in {"softbreak", "hardbreak"} else ""
