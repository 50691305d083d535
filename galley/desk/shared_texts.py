"""Texts that are written once and shown on several pages: the base of their model, and the block that shows one."""

from typing import Any

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.search import index
from wagtail.snippets.blocks import SnippetChooserBlock

from galley.languages.texts import TranslatedPanel, TranslatedTexts


class AbstractSharedText(index.Indexed, TranslatedTexts):
    """A text that several pages show. A subclass adds the `body`, a StreamField. What is saved is public at once."""

    name = models.CharField(max_length=120, help_text="How you find it. Visitors don't see it.")

    translated_fields = ("body",)
    panels = [FieldPanel("name"), TranslatedPanel("body")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SharedTextBlock(SnippetChooserBlock):
    """A shared text, as it is now."""

    def __init__(self, target_model: Any, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "A text that other pages show, too. Whoever changes it there changes it here.")
        super().__init__(target_model, **kwargs)

    def get_searchable_content(self, value: Any) -> list[str]:
        """Return the words of the text, in the active language."""
        body = value.local.body if value else None
        return body.stream_block.get_searchable_content(body) if body else []

    def get_preview_value(self) -> Any:
        """Return a text for the preview in the chooser of blocks."""
        words = "<p>The same words on every page that shows them, such as a note on the author.</p>"
        return self.target_model(name="A note on the author", body=[("paragraph", words)])

    class Meta:
        icon = "snippet"
        template = "blocks/shared_text.html"
        is_prose = True
        description = "A text that is written once and shown on several pages."
