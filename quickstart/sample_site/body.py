"""Turns a text with `:::` sections into the blocks of a page's body. `content/README.md` describes the notation."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import markdown  # type: ignore[import-untyped]
import yaml

from quickstart.sample_site.pictures import PictureLibrary

Block = dict[str, Any]

SECTION = re.compile(r"^:::(?P<type>[a-z_]+)\n(?P<source>.*?)^:::$\n?", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(?P<marks>#{2,3}) (?P<text>.+)$\n?", re.MULTILINE)


def build_body(text: str, library: PictureLibrary, *, rich: bool) -> list[Block]:
    """Return the blocks of `text` as a StreamField stores them.

    What stands outside sections becomes Markdown blocks or, if `rich`, headings and paragraphs.
    Raises ValueError for a section that no block is named after.
    """
    plain_blocks = _rich_blocks if rich else _markdown_blocks
    blocks: list[Block] = []
    position = 0
    for section in SECTION.finditer(text):
        blocks += plain_blocks(text[position : section.start()])
        blocks.append(_section_block(section["type"], section["source"], library))
        position = section.end()
    return [*blocks, *plain_blocks(text[position:])]


def _markdown_blocks(text: str) -> Iterator[Block]:
    if text.strip():
        yield {"type": "markdown", "value": text.strip()}


def _rich_blocks(text: str) -> Iterator[Block]:
    position = 0
    for heading in HEADING.finditer(text):
        yield from _paragraph_blocks(text[position : heading.start()])
        yield {"type": "heading", "value": {"text": heading["text"], "level": str(len(heading["marks"]))}}
        position = heading.end()
    yield from _paragraph_blocks(text[position:])


def _paragraph_blocks(text: str) -> Iterator[Block]:
    if text.strip():
        yield {"type": "paragraph", "value": _rich_text(text)}


def _rich_text(text: str) -> str:
    """Return `text` as the HTML that Wagtail's editor writes: `b` and `i`, not `strong` and `em`."""
    html: str = markdown.markdown(text.strip())
    for written, stored in (("strong", "b"), ("em", "i")):
        html = html.replace(f"<{written}>", f"<{stored}>").replace(f"</{written}>", f"</{stored}>")
    return html


def _section_block(block_type: str, source: str, library: PictureLibrary) -> Block:
    if block_type == "markdown":
        return {"type": "markdown", "value": source.strip()}
    if block_type not in SECTION_VALUES:
        raise ValueError(f"There is no block called “{block_type}”; there are: markdown, {', '.join(SECTION_VALUES)}.")
    return {"type": block_type, "value": SECTION_VALUES[block_type](yaml.safe_load(source), library)}


def _picture_value(fields: dict[str, Any], library: PictureLibrary) -> dict[str, Any]:
    image = library[fields["picture"]]
    alt_text = fields.get("alt", image.description)
    return {
        "image": {"image": image.pk, "alt_text": alt_text, "decorative": False},
        "caption": fields.get("caption", ""),
    }


def _figure_value(fields: dict[str, Any], library: PictureLibrary) -> dict[str, Any]:
    return _picture_value(fields, library) | {"placement": fields.get("placement", "column")}


def _gallery_value(fields: dict[str, Any], library: PictureLibrary) -> dict[str, Any]:
    # Without an id an item would be taken for a value that was stored before Wagtail 2.16.
    pictures = [
        {"type": "item", "id": str(uuid4()), "value": _picture_value(picture, library)}
        for picture in fields["pictures"]
    ]
    return {"pictures": pictures, "caption": fields.get("caption", "")}


def _text_value(fields: dict[str, Any], library: PictureLibrary) -> dict[str, Any]:
    return fields | {"text": _rich_text(fields["text"])}


def _table_value(fields: dict[str, Any], library: PictureLibrary) -> dict[str, Any]:
    header = fields.get("header", "row")
    return {
        "data": [[str(cell) for cell in row] for row in fields["rows"]],
        "cell": [],
        "mergeCells": [],
        "table_caption": fields.get("caption", ""),
        "table_header_choice": header,
        "first_row_is_table_header": header in ("row", "both"),
        "first_col_is_header": header in ("column", "both"),
    }


def _value_as_written(fields: dict[str, Any], library: PictureLibrary) -> dict[str, Any]:
    return fields


SECTION_VALUES: dict[str, Callable[[dict[str, Any], PictureLibrary], dict[str, Any]]] = {
    "pull_quote": _value_as_written,
    "callout": _text_value,
    "details": _text_value,
    "margin_note": _text_value,
    "formula": _value_as_written,
    "figure": _figure_value,
    "gallery": _gallery_value,
    "code": _value_as_written,
    "table": _table_value,
}
