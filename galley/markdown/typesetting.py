"""The text of a page as HTML, and what a page may print beside it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString
from wagtail.blocks.stream_block import StreamValue

from galley.markdown.headings import Heading, find_headings

# A text of fewer parts has no table of contents.
FEWEST_HEADINGS = 3


@dataclass(frozen=True)
class Text:
    """A rendered text."""

    html: SafeString

    @cached_property
    def contents(self) -> list[Heading]:
        """The entries of its table of contents; none if it has few parts."""
        headings = find_headings(self.html)
        return headings if len(headings) >= FEWEST_HEADINGS else []

    @property
    def has_code(self) -> bool:
        """Whether there is code in it, which a reader may want to copy."""
        return "listing-figure" in self.html


def typeset(body: StreamValue, context: dict[str, Any]) -> Text:
    """Return the text `body`, rendered in a template's `context`. Blocks: reads the database for pictures and links."""
    return Text(body.render_as_block(context=context))
