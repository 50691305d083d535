"""Blocks for a player of another site, and for a link that is shown as a card."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.images import get_image_model

from galley.embeds.leading import text_block, title_block
from galley.embeds.models import Embed
from galley.embeds.providers import Player, find_player, name_providers
from galley.embeds.tasks import clean_address

PREVIEW_ADDRESS = "https://www.youtube.com/watch?v=galleyproof"


class PlayerAddressBlock(blocks.URLBlock):
    """The address of a video or sound that a provider has."""

    def clean(self, value: str) -> str:
        """Return `value`. Raises ValidationError on publication if no provider has it."""
        address: str = super().clean(value)
        # In a draft, the page says so in its preview: a half-written address must not stop an autosave.
        if address and not self.is_deferred_validation and not find_player(address):
            text = _(
                "This address can't be embedded. Copy that of a single video or recording at %(providers)s; for any "
                "other page, use a link card."
            )
            raise ValidationError(text, params={"providers": name_providers()})
        return address


class EmbedValue(blocks.StructValue):
    """An address, with what is known of it."""

    @cached_property
    def player(self) -> Player | None:
        """The player; None if no provider has the address."""
        return find_player(self.get("embed_url") or "")

    @cached_property
    def known(self) -> Embed:
        """What the other site says; nothing as long as it isn't fetched."""
        address = clean_address(self.get("embed_url") or "")
        return Embed.objects.filter(address=address).first() or Embed(address=address)


class _EmbeddingBlock(blocks.StructBlock):
    """A block with the address of something elsewhere in its child `embed_url`."""

    def get_searchable_content(self, value: Any) -> list[str]:
        """Return its words, and those that were fetched."""
        known = [value.known.title, value.known.description] if value.get("embed_url") else []
        return [*super().get_searchable_content(value), *filter(None, known)]

    def extract_references(self, value: Any) -> Iterator[tuple[type[Model], str, str, str]]:
        """Yield what was fetched too, so that the page is read again when it arrives."""
        yield from super().extract_references(value)
        if value.get("embed_url") and value.known.pk:
            yield Embed, str(value.known.pk), "embed_url", "embed_url"

    def get_preview_value(self) -> Any:
        """Return a value that shows the newest image of the library, as if it had been fetched."""
        value = self.normalize(self.meta.preview_value)
        latest = get_image_model().objects.order_by("-pk").first()
        value.known = Embed(address=value["embed_url"], title=_("How a galley proof is pulled"))
        if latest:
            value.known.picture.name = latest.file.name
            value.known.picture_width, value.known.picture_height = latest.width, latest.height
        return value


class EmbedBlock(_EmbeddingBlock):
    """A video or sound of another site. Its player is loaded when the visitor presses its picture."""

    embed_url = PlayerAddressBlock(
        max_length=500,
        label=gettext_lazy("Address"),
        help_text=gettext_lazy(
            "The address of a video at YouTube or Vimeo, or of a recording, as your browser shows it. Its title and "
            "picture are fetched once, a few seconds after the page is saved."
        ),
    )
    caption = blocks.CharBlock(
        required=False,
        max_length=255,
        label=gettext_lazy("Caption"),
        help_text=gettext_lazy("Printed under the video. Leave empty for none."),
    )

    class Meta:
        icon = "media"
        value_class = EmbedValue
        template = "blocks/embed.html"
        label_format = "{embed_url}"
        description = gettext_lazy("A video or a recording of another site. It is loaded when the visitor presses it.")
        preview_value = {"embed_url": PREVIEW_ADDRESS, "caption": ""}


class LinkCardBlock(_EmbeddingBlock):
    """A link to a page elsewhere, with its title, description and picture."""

    embed_url = blocks.URLBlock(
        max_length=500,
        label=gettext_lazy("Address"),
        help_text=gettext_lazy(
            "The page to which the card leads. Its title, description and picture are fetched once, a few seconds "
            "after the page is saved."
        ),
    )
    title = title_block(gettext_lazy("Leave empty for the title that the page has."))
    text = text_block(gettext_lazy("Why it is worth a visit. Leave empty for the description that the page has."))

    class Meta:
        icon = "link-external"
        value_class = EmbedValue
        template = "blocks/link_card.html"
        label_format = "{title} {embed_url}"
        description = gettext_lazy("A link that stands by itself, with the title and the picture of its page.")
        preview_value = {
            "embed_url": "https://example.org/proofs",
            "title": "",
            "text": "What a proof-reader's marks mean, drawn by hand.",
        }
