"""In which line of a Markdown text something stands."""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token


def with_lines(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Yield each token, and each part of a paragraph, with the number of its line, counted from 1."""
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        yield line, token
        for child in token.children or []:
            yield line, child
            line += child.type in {"softbreak", "hardbreak"}
