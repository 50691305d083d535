"""The blocks of a page's body, one family in each file."""

from home.blocks.body import BodyBlock, minutes_to_read, opening_words

__all__ = ["BodyBlock", "minutes_to_read", "opening_words"]
