"""Splits the body of a converted post into the blocks of a page."""

import re
from typing import Any

from markdown_it import MarkdownIt
from wagtail.rich_text import RichText

from transfer.readers import CALLOUT_END, CALLOUT_START
from transfer.text import parse_blocks

# A Markdown block takes 200,000 characters. The rest is reserved for link reference definitions.
MAX_PART_LENGTH = 180_000

_CALLOUT = re.compile(rf"^{CALLOUT_START}(\w+)[ ]?([^\n]*)\n?(.*?)\n?{CALLOUT_END}\n?", re.MULTILINE | re.DOTALL)
_RICH_TEXT_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_RICH_TEXT_TOKENS = {
    "paragraph", "inline", "text", "strong", "em", "code_inline", "link", "softbreak", "hardbreak", "bullet_list",
    "ordered_list", "list_item",
}  # fmt: skip
_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)(?:[^\[\]\\]|\\.){1,999}\]:[ \t]*\S+.*$", re.MULTILINE)


def split_blocks(body: str) -> list[tuple[str, Any]]:
    """Return `body` in blocks: Markdown, and a callout block for each callout.

    A callout with more than a rich text can hold becomes a quotation. So does one in a text with footnotes, as these
    only work within one block.
    """
    has_footnotes = re.search(r"^ {0,3}\[\^", body, re.MULTILINE)
    blocks: list[tuple[str, Any]] = []
    start = 0
    markdown = ""
    for match in _CALLOUT.finditer(body):
        kind, title, content = match.groups()
        titled = f"**{title}**\n\n{content}" if title else content
        markdown += body[start : match.start()]
        start = match.end()
        if (text := _as_rich_text(titled)) and not has_footnotes:
            blocks += [("markdown", markdown), ("callout", {"kind": kind, "text": text})]
            markdown = ""
        else:
            quoted = titled if title else f"**{kind.capitalize()}**\n\n{content}"
            markdown += re.sub(r"^", "> ", quoted, flags=re.MULTILINE) + "\n\n"
    blocks.append(("markdown", markdown + body[start:]))
    definitions = "\n".join(_DEFINITION.findall(body)) if len(blocks) > 1 else ""
    return [
        (name, part)
        for name, value in blocks
        for part in ([value] if name == "callout" else split_body(value.strip("\n"), definitions))
    ]


def _as_rich_text(text: str) -> RichText | None:
    """Return the Markdown `text` as rich text, or None if it has more than bold, italic, code, links and lists."""
    tokens = _RICH_TEXT_PARSER.parse(text)
    used = {
        part.type.partition("_open")[0].partition("_close")[0]
        for token in tokens
        for part in (token, *(token.children or []))
    }
    html = re.sub(r'<a href="page:(\d+)">', r'<a linktype="page" id="\1">', _RICH_TEXT_PARSER.render(text))
    # Formulas stand between dollar signs.
    is_simple = bool(used) and used <= _RICH_TEXT_TOKENS and "$" not in text and 'href="page:' not in html
    return RichText(html) if is_simple else None


def split_body(body: str, more_definitions: str = "") -> list[str]:
    """Return `body` in parts that fit into a Markdown block, split between top-level blocks.

    Each part gets all link reference definitions of `body`, or those in `more_definitions`.
    """
    if len(body) <= MAX_PART_LENGTH:
        return [f"{body}\n\n{more_definitions}".strip("\n")] if body.strip() else []
    parts: list[str] = []
    part = ""
    for block in _top_level_blocks(body):
        if part and len(part) + len(block) > MAX_PART_LENGTH:
            parts.append(part)
            part = ""
        part += block
    parts.append(part)
    definitions = more_definitions or "\n".join(_DEFINITION.findall(body))
    return [f"{part.rstrip()}\n\n{definitions}".rstrip() for part in parts if part.strip()]


def _top_level_blocks(body: str) -> list[str]:
    lines = [f"{line}\n" for line in body.split("\n")]
    starts = sorted({token.map[0] for token in parse_blocks(body) if token.level == 0 and token.map} | {0})
    return ["".join(lines[start:end]) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
