"""Plain text from Markdown: a summary for lists, and the whole text for the search index."""

from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from galley.markdown.parser import inline_text, parser

# How many characters of a text are read for its summary.
_SUMMARISED_LENGTH = 4_000


def summarise_markdown(text: str) -> str:
    """Return the first paragraphs of `text` as one line, without Markdown marks, headings, code and tables."""
    tokens = parser.parse(text[:_SUMMARISED_LENGTH])
    paragraphs = (
        tokens[position + 1].children or [] for position, token in enumerate(tokens) if token.type == "paragraph_open"
    )
    return " ".join(map(inline_text, paragraphs)).strip()


def extract_text(text: str) -> str:
    """Return all words of `text` as one line, also of headings, tables and code, without Markdown marks and URLs."""
    return " ".join("".join(_texts(parser.parse(text))).split())


def _texts(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield f"{inline_text(token.children or [])} "
        elif token.type in {"fence", "code_block"}:
            yield token.content
