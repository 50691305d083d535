"""The stream that a page's text is made of."""

from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock

from home.blocks.code import CodeBlock
from home.blocks.media import FigureBlock, GalleryBlock
from home.blocks.text import CalloutBlock, HeadingBlock, MarkdownBlock, ParagraphBlock, PullQuoteBlock


class BodyBlock(blocks.StreamBlock):
    """Markdown and rich blocks, mixed in any order."""

    paragraph = ParagraphBlock(group="Text")
    markdown = MarkdownBlock(group="Text")
    heading = HeadingBlock(group="Text")
    pull_quote = PullQuoteBlock(group="Text")
    callout = CalloutBlock(group="Text")
    figure = FigureBlock(group="Pictures")
    gallery = GalleryBlock(group="Pictures")
    code = CodeBlock(group="Data and code")
    table = TableBlock(
        group="Data and code",
        template="blocks/table.html",
        description="Rows and columns, with a header and a caption.",
    )

    class Meta:
        template = "blocks/body.html"
