"""The blocks of a page's body, one family in each file."""

from home.blocks.body import BodyBlock, opening_words
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
