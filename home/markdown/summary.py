"""The beginning of a Markdown text in plain words."""

from home.markdown.parser import parser
from home.markdown.words import plain_words


def summarise_markdown(text: str) -> str:
    """Return the words of the first paragraphs of `text`, without marks, headings, code and tables, on one line."""
    tokens = parser.parse(text[:4_000])
    paragraphs = (
        tokens[position + 1].children or [] for position, token in enumerate(tokens) if token.type == "paragraph_open"
    )
    return " ".join(map(plain_words, paragraphs)).strip()
