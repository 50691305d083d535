"""A Markdown text in plain words: its beginning for lists, all of it for the search."""

from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from galley.markdown.parser import parser
from galley.markdown.words import plain_words


def summarise_markdown(text: str) -> str:
    """Return the words of the first paragraphs of `text`, without marks, headings, code and tables, on one line."""
    tokens = parser.parse(text[:4_000])
    paragraphs = (
        tokens[position + 1].children or [] for position, token in enumerate(tokens) if token.type == "paragraph_open"
    )
    return " ".join(map(plain_words, paragraphs)).strip()


def read_markdown(text: str) -> str:
    """Return all words of `text`, those of headings, tables and code too, without marks and addresses, on one line."""
    return " ".join("".join(_all_words(parser.parse(text))).split())


def _all_words(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield f"{plain_words(token.children or [])} "
        elif token.type in {"fence", "code_block"}:
            yield token.content
