"""Blocks for images."""

from typing import Any

from wagtail import blocks
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.images.models import AbstractImage

from galley.writing.several import PicturesBlock
from home.blocks.text import ParagraphBlock

PLACEMENTS = [
    ("column", "In the text column"),
    ("wide", "Wider than the text"),
    ("margin", "In the margin"),
]


class PictureBlock(ImageBlock):
    """Wagtail's image block, with a help text for each field."""

    def __init__(self, required: bool = True, **kwargs: Any) -> None:
        super().__init__(required=required, **kwargs)
        described = {
            "image": ImageChooserBlock(required=required, help_text="A picture from the library, or a new one."),
            "decorative": blocks.BooleanBlock(
                required=False,
                label="Image is decorative",
                help_text="Tick this if the picture tells nothing that the text doesn't: screen readers then skip it.",
            ),
            "alt_text": blocks.CharBlock(
                required=False,
                label="Alt text",
                help_text="What the picture shows, in a sentence, for people who can't see it.",
            ),
        }
        for name, block in described.items():
            block.set_name(name)
            self.child_blocks[name] = block


def latest_picture() -> AbstractImage | None:
    """Return the newest image of the library for block previews; None if the library is empty."""
    return get_image_model().objects.order_by("-pk").first()


class FigureBlock(blocks.StructBlock):
    """An image with a caption."""

    image = PictureBlock(help_text="Choose a picture, and say what it shows.")
    caption = blocks.CharBlock(
        required=False, max_length=255, help_text="Printed beside the picture. Leave empty for none."
    )
    placement = blocks.ChoiceBlock(
        choices=PLACEMENTS,
        default="column",
        search_index=False,
        help_text="Where the picture stands on a wide screen.",
    )

    class Meta:
        icon = "image"
        template = "blocks/figure.html"
        description = "A picture with a caption, in the column, wider, or in the margin."

    def get_preview_value(self) -> blocks.StructValue:
        """Return a figure with the newest image of the library."""
        return self.normalize(
            {"image": latest_picture(), "caption": "A picture and its caption.", "placement": "column"}
        )


class GalleryPictureBlock(blocks.StructBlock):
    """An image of a gallery."""

    image = PictureBlock(help_text="Choose a picture, and say what it shows.")
    caption = blocks.CharBlock(
        required=False, max_length=255, help_text="Printed under the picture. Leave empty for none."
    )

    class Meta:
        icon = "image"


class GalleryBlock(blocks.StructBlock):
    """Several images that belong together."""

    pictures = PicturesBlock(
        GalleryPictureBlock(), min_num=1, help_text="The pictures, in the order in which they should be seen."
    )
    caption = blocks.CharBlock(
        required=False, max_length=255, help_text="Printed under the whole gallery. Leave empty for none."
    )

    class Meta:
        icon = "image"
        template = "blocks/gallery.html"
        description = "Several pictures side by side."

    def get_preview_value(self) -> blocks.StructValue:
        """Return a gallery that shows the newest image of the library twice."""
        pictures = [{"image": latest_picture(), "caption": caption} for caption in ("One", "Another")]
        return self.normalize({"pictures": pictures, "caption": "Pictures that belong together."})


class ColumnBlock(blocks.StreamBlock):
    """What stands in one of two columns."""

    paragraph = ParagraphBlock()
    picture = GalleryPictureBlock()


class ColumnsBlock(blocks.StructBlock):
    """Two streams side by side; on a phone, the second below the first."""

    left = ColumnBlock(help_text="Texts and pictures. On a phone they come first.")
    right = ColumnBlock(help_text="Texts and pictures that stand beside the others.")

    class Meta:
        icon = "grip"
        template = "blocks/columns.html"
        description = "Texts and pictures in two columns, one below the other on a phone."

    def get_preview_value(self) -> blocks.StructValue:
        """Return a text beside the newest image of the library."""
        words = [("paragraph", "<p>A proof is read <i>twice</i>: once for the words, and once for the letters.</p>")]
        picture = [("picture", {"image": latest_picture(), "caption": "A picture and its caption."})]
        return self.normalize({"left": words, "right": picture})
