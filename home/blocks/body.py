"""The body of a page: a stream of blocks, its opening words and its reading time."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.safestring import SafeString
from django.utils.text import Truncator
from wagtail import blocks
from wagtail.blocks.stream_block import StreamValue
from wagtail.contrib.table_block.blocks import TableBlock

from galley.desk.shared_texts import SharedTextBlock
from galley.embeds.blocks import EmbedBlock, LinkCardBlock
from galley.embeds.leading import ButtonBlock, DownloadBlock, NewsletterBlock
from galley.markdown import extract_rich_text, normalise_headings, summarise_markdown
from home.blocks.data import CodeBlock, FormulaBlock
from home.blocks.links import PostsBlock
from home.blocks.media import ColumnsBlock, FigureBlock, GalleryBlock
from home.blocks.text import (
    CalloutBlock,
    DetailsBlock,
    HeadingBlock,
    MarginNoteBlock,
    MarkdownBlock,
    ParagraphBlock,
    PullQuoteBlock,
)

# What a text of the body may hold; the editor makes headings of `## ` and quotes of `> `.
TEXT_FEATURES = ["h2", "h3", "h4", "bold", "italic", "link", "document-link", "ol", "ul", "blockquote"]
TEXT_FEATURES += ["code", "superscript"]

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

# Rates of silent reading. The preview's word count uses the same ones.
WORDS_PER_MINUTE = 220
CHARACTERS_PER_MINUTE = 400

# Han, Hiragana and Katakana are written without spaces, so their characters are counted.
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_BREAKS = re.compile(r"[\s—–…/|]+")
_LETTER = re.compile(r"[^\W_]")
# HTML tags, URLs of Markdown links, and plain URLs.
_NOT_READ = re.compile(r"<[a-zA-Z/!][^>]{0,500}>|\]\([^)\s]{0,2000}|https?://\S+")


class BodyBlock(blocks.StreamBlock):
    """Markdown and rich blocks, mixed in any order."""

    paragraph = ParagraphBlock(group="Text", features=TEXT_FEATURES)
    markdown = MarkdownBlock(group="Text")
    heading = HeadingBlock(group="Text")
    pull_quote = PullQuoteBlock(group="Text")
    callout = CalloutBlock(group="Text")
    details = DetailsBlock(group="Text")
    margin_note = MarginNoteBlock(group="Text")
    shared_text = SharedTextBlock("home.SharedText", group="Text")
    figure = FigureBlock(group="Pictures")
    gallery = GalleryBlock(group="Pictures")
    embed = EmbedBlock(group="Pictures")
    columns = ColumnsBlock(group="Pictures")
    button = ButtonBlock(group="Links")
    download = DownloadBlock(group="Links")
    posts = PostsBlock(group="Links")
    link_card = LinkCardBlock(group="Links")
    newsletter = NewsletterBlock(group="Links")
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
            words += " " + extract_rich_text(block["value"] or "")
        if len(words) > length:
            break
    # Django normalises the whole text, and a run of combining marks takes quadratic time.
    return Truncator(" ".join(words.split())[: 5 * length]).chars(length)


def minutes_to_read(body: StreamValue) -> int:
    """Return the reading time of `body` in minutes: at least 1, or 0 without any words.

    Every string in every block counts, so that new block types need no change here. Settings of blocks are few words.
    """
    text = _NOT_READ.sub(" ", " ".join(_strings(body.raw_data)))
    characters = len(_UNSPACED.findall(text))
    words = sum(1 for word in _BREAKS.split(_UNSPACED.sub(" ", text)) if _LETTER.search(word))
    if not words + characters:
        return 0
    return max(round(words / WORDS_PER_MINUTE + characters / CHARACTERS_PER_MINUTE), 1)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in {"id", "type"}:
                yield from _strings(part)
    elif not isinstance(value, int | float | bool | None):
        for part in value:
            yield from _strings(part)
