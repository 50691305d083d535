"""The beginning of a Markdown text in plain words."""

from home.markdown.parser import parser


def summarise_markdown(text: str) -> str:
    """Return the words of the first paragraphs of `text`, without marks, headings, code and tables, on one line."""
    tokens = parser.parse(text[:4_000])
    paragraphs = (
        tokens[position + 1].children or [] for position, token in enumerate(tokens) if token.type == "paragraph_open"
    )
    return " ".join(
        " ".join("".join(_words(child.type, child.content) for child in children).split()) for children in paragraphs
    ).strip()


def _words(kind: str, content: str) -> str:
    if kind in {"text", "code_inline"}:
        return content
    return " " if kind in {"softbreak", "hardbreak"} else ""
