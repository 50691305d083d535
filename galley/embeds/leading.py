"""Blocks that lead on: a button, a file and the sign-up of a newsletter."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock

from galley.security_headers.policies import allow
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


class NewsletterValue(blocks.StructValue):
    """The form of a newsletter's provider."""

    @property
    def host(self) -> str:
        """The host to which readers send their address."""
        return (urlsplit(self.get("form_address") or "").hostname or "").removeprefix("www.")


class NewsletterBlock(blocks.StructBlock):
    """A form that sends a reader's e-mail address to the provider of a newsletter. Nothing is loaded from there."""

    title = title_block(gettext_lazy("What readers get, and how often."))
    text = text_block(gettext_lazy("A sentence or two about it. Leave empty for nothing."))
    form_address = blocks.URLBlock(
        max_length=500,
        search_index=False,
        validators=[
            URLValidator(
                schemes=["https"], code="not_https", message=gettext_lazy("Copy an address that begins with https://.")
            )
        ],
        label=gettext_lazy("Address of the form"),
        help_text=gettext_lazy(
            "Your provider gives you a form to embed. Copy the address in it that stands after action= and begins "
            "with https://."
        ),
    )
    field_name = blocks.RegexBlock(
        regex=r"\A[\w.\[\]-]{1,80}\Z",
        error_messages={"invalid": gettext_lazy("Copy only the word between the quotation marks that follow name=.")},
        default="email",
        search_index=False,
        label=gettext_lazy("Name of the field"),
        help_text=gettext_lazy(
            "In the same form, after name=, of the field for the e-mail address: often email, at Mailchimp EMAIL."
        ),
    )

    class Meta:
        icon = "mail"
        value_class = NewsletterValue
        template = "blocks/newsletter.html"
        label_format = "{title}"
        description = gettext_lazy(
            "Readers subscribe to your newsletter. Its provider gets their address, and nobody else."
        )
        preview_value = {
            "title": "A letter from the composing room",
            "text": "Once a month, with one proof and its corrections.",
            "form_address": "https://letters.example.org/subscribe",
            "field_name": "email",
        }

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return Wagtail's context. The page's content security policy then allows the form to be sent."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        address = urlsplit(value.get("form_address") or "")
        if address.netloc:
            allow(context.get("request"), "form-action", f"{address.scheme}://{address.netloc}")
        return context
