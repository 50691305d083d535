"""Texts that several pages show, and the block that shows one."""

from typing import Any

from django.apps import apps
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from home.blocks.text import CalloutBlock, MarkdownBlock, ParagraphBlock, PullQuoteBlock


class SharedBodyBlock(blocks.StreamBlock):
    """What a shared text is made of: no pictures, since their sizes depend on the page, and no other shared text."""

    paragraph = ParagraphBlock()
    markdown = MarkdownBlock()
    callout = CalloutBlock()
    pull_quote = PullQuoteBlock()


class SharedTextBlock(SnippetChooserBlock):
    """A shared text, as it is now."""

    def __init__(self, target_model: Any = "home.SharedText", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "A text that other pages show, too. Whoever changes it there changes it here.")
        super().__init__(target_model, **kwargs)

    def get_searchable_content(self, value: Any) -> list[str]:
        """Return the words of the text."""
        return value.body.stream_block.get_searchable_content(value.body) if value else []

    def get_preview_value(self) -> Any:
        """Return a text for the preview in the chooser of blocks."""
        body = [("paragraph", "<p>The same words on every page that shows them, such as a note on the author.</p>")]
        return apps.get_model("home.SharedText")(name="A note on the author", body=body)

    class Meta:
        icon = "snippet"
        template = "blocks/shared_text.html"
        is_prose = True
        description = "A text that is written once and shown on several pages."
