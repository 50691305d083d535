"""The blocks that editors put texts together from, one family a file."""

from home.blocks.body import BodyBlock, opening_words
from home.blocks.code import CodeBlock
from home.blocks.formula import FormulaBlock
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

__all__ = [
    "BodyBlock",
    "CalloutBlock",
    "CodeBlock",
    "DetailsBlock",
    "FigureBlock",
    "FormulaBlock",
    "GalleryBlock",
    "HeadingBlock",
    "MarginNoteBlock",
    "MarkdownBlock",
    "ParagraphBlock",
    "PullQuoteBlock",
    "opening_words",
]
