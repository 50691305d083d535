"""The body of a page: a stream of blocks."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.text import Truncator
from wagtail import blocks
from wagtail.blocks.stream_block import StreamValue
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.rich_text import get_text_for_indexing

from galley.markdown import normalise_headings, summarise_markdown
from home.blocks.data import CodeBlock, FormulaBlock
from home.blocks.media import FigureBlock, GalleryBlock
from home.blocks.text import (
    CalloutBlock,
    DetailsBlock,
    HeadingBlock,
    MarginNoteBlock,
    MarkdownBlock,
    ParagraphBlock,
    PullQuoteBlock,
)

TABLE_PREVIEW = {
    "table_caption": "Marks in the margin",
    "first_row_is_table_header": True,
    "first_col_is_header": False,
    "data": [["Mark", "Meaning"], ["dele", "take it out"], ["stet", "let it stand"]],
}


# The ids that the templates around a body use. A heading of the same text gets a number.
RESERVED_IDS = frozenset(
    {"main", "contents-label", "tags-label", "links-label", "related-label", "latest-posts", "featured-projects"}
    | {"listing", "listing-status", "contact", "contact-send", "contact-status", "search", "search-words"}
)


class BodyBlock(blocks.StreamBlock):
    """Markdown and rich blocks, mixed in any order."""

    paragraph = ParagraphBlock(group="Text")
    markdown = MarkdownBlock(group="Text")
    heading = HeadingBlock(group="Text")
    pull_quote = PullQuoteBlock(group="Text")
    callout = CalloutBlock(group="Text")
    details = DetailsBlock(group="Text")
    margin_note = MarginNoteBlock(group="Text")
    figure = FigureBlock(group="Pictures")
    gallery = GalleryBlock(group="Pictures")
    code = CodeBlock(group="Data and code")
    table = TableBlock(
        group="Data and code",
        template="blocks/table.html",
        description="Rows and columns, with a header and a caption.",
        help_text="Say first which row or column is the header; then fill in the cells.",
        preview_value=TABLE_PREVIEW,
    )
    formula = FormulaBlock(group="Data and code")

    def render(self, value: StreamValue, context: dict[str, Any] | None = None) -> SafeString:
        """Return the HTML of the body, with unique heading ids and without skipped heading levels."""
        return normalise_headings(super().render(value, context=context), RESERVED_IDS)

    class Meta:
        template = "blocks/body.html"


def opening_words(body: StreamValue, length: int = 300) -> str:
    """Return the beginning of `body` as plain text of at most `length` characters. It is empty without a text block."""
    words = ""
    for block in body.raw_data:
        if block["type"] == "markdown":
            words += " " + summarise_markdown(block["value"] or "")
        elif block["type"] == "paragraph":
            words += " " + get_text_for_indexing(block["value"] or "")
        if len(words) > length:
            break
    return Truncator(" ".join(words.split())).chars(length)
