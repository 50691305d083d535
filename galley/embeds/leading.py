"""Blocks that lead on: a button and a file."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock

from galley.site_settings.menus import validate_address


def title_block(help_text: Any) -> blocks.CharBlock:
    """Return a field for a title of the editor's own."""
    return blocks.CharBlock(required=False, max_length=255, label=gettext_lazy("Title"), help_text=help_text)


def text_block(help_text: Any) -> blocks.TextBlock:
    """Return a field for a sentence or two."""
    return blocks.TextBlock(required=False, rows=2, max_length=500, label=gettext_lazy("Text"), help_text=help_text)


class EitherBlock(blocks.StructBlock):
    """A block of whose children `either` exactly one has to be filled in, before it is published."""

    either = ("", "")

    def clean(self, value: Any) -> Any:
        """Return `value`. Raises StructBlockValidationError if both are empty or filled in."""
        cleaned = super().clean(value)
        first, second = self.either
        if not self.is_deferred_validation and bool(cleaned[first]) == bool(cleaned[second]):
            labels = {name: str(self.child_blocks[name].label).lower() for name in self.either}
            text = _("Fill in one of the two: %(first)s or %(second)s.") % {
                "first": labels[first],
                "second": labels[second],
            }
            raise StructBlockValidationError({first: ValidationError(text)})
        return cleaned


class ButtonBlock(EitherBlock):
    """A link that stands out."""

    either = ("page", "address")
    label = blocks.CharBlock(
        max_length=60,
        label=gettext_lazy("Words"),
        help_text=gettext_lazy("What happens: “Read the report”, “Write to us”."),
    )
    page = blocks.PageChooserBlock(
        required=False,
        label=gettext_lazy("Page"),
        help_text=gettext_lazy("Where the button leads. It disappears while that page isn't published."),
    )
    address = blocks.CharBlock(
        required=False,
        max_length=500,
        search_index=False,
        validators=[validate_address],
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Or an address in place of a page: https://…, mailto:… or tel:…."),
    )

    class Meta:
        icon = "link"
        template = "blocks/button.html"
        label_format = "{label}"
        description = gettext_lazy("A link that nobody overlooks, for the one thing that readers should do.")
        preview_value = {"label": "Read the first proof", "address": "/"}


class DownloadBlock(blocks.StructBlock):
    """A file to be downloaded."""

    document = DocumentChooserBlock(
        label=gettext_lazy("File"), help_text=gettext_lazy("A document from the library, or a new one.")
    )
    title = title_block(gettext_lazy("Leave empty for the title of the document."))
    text = text_block(gettext_lazy("What is in it. Leave empty for nothing."))

    class Meta:
        icon = "download"
        template = "blocks/download.html"
        label_format = "{document}"
        description = gettext_lazy("A file of the library, with its kind and size.")

    def get_searchable_content(self, value: Any) -> list[str]:
        """Return its words; the document's title where it has none of its own."""
        document = None if value["title"] else value["document"]
        return [*super().get_searchable_content(value), *([document.title] if document else [])]

    def get_preview_value(self) -> blocks.StructValue:
        """Return a file that isn't stored."""
        document = get_document_model()(
            pk=0, title="The first proof", file="documents/first-proof.pdf", file_size=482_000
        )
        return self.normalize({"document": document, "title": "", "text": "Twelve pages, with all corrections."})
