"""Pictures."""

from collections.abc import Iterator
from typing import Any

from wagtail import blocks
from wagtail.images.blocks import ImageBlock
from wagtail.images.models import AbstractImage

PLACEMENTS = [
    ("column", "In the text column"),
    ("wide", "Wider than the text"),
    ("margin", "In the margin"),
]


class FigureBlock(blocks.StructBlock):
    """One picture with its caption."""

    image = ImageBlock(help_text="Choose a picture, and say what it shows.")
    caption = blocks.CharBlock(
        required=False, max_length=255, help_text="Printed beside the picture. Leave empty for none."
    )
    placement = blocks.ChoiceBlock(
        choices=PLACEMENTS, default="column", help_text="Where the picture stands on a wide screen."
    )

    class Meta:
        icon = "image"
        template = "blocks/figure.html"
        description = "A picture with a caption, in the column, wider, or in the margin."


class GalleryPictureBlock(blocks.StructBlock):
    """A picture of a gallery."""

    image = ImageBlock(help_text="Choose a picture, and say what it shows.")
    caption = blocks.CharBlock(
        required=False, max_length=255, help_text="Printed under the picture. Leave empty for none."
    )

    class Meta:
        icon = "image"


class GalleryBlock(blocks.StructBlock):
    """Several pictures that belong together."""

    pictures = blocks.ListBlock(
        GalleryPictureBlock(), min_num=1, help_text="The pictures, in the order in which they should be seen."
    )
    caption = blocks.CharBlock(
        required=False, max_length=255, help_text="Printed under the whole gallery. Leave empty for none."
    )

    class Meta:
        icon = "image"
        template = "blocks/gallery.html"
        description = "Several pictures side by side."


def find_images(value: Any) -> Iterator[AbstractImage]:
    """Yield every image in a block's value, however deep."""
    if isinstance(value, AbstractImage):
        yield value
    elif isinstance(value, blocks.StructValue):
        for child in value.values():
            yield from find_images(child)
    elif isinstance(value, blocks.StreamValue | blocks.list_block.ListValue):
        for child in value:
            yield from find_images(getattr(child, "value", child))
