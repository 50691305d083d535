"""The blocks of a page's body."""

from hashlib import sha256
from pathlib import Path

from django.template.loader import get_template
from wagtail.images.blocks import ImageBlock

from home.blocks.media import PictureBlock


def test_the_image_block_has_the_fields_of_wagtails_own() -> None:
    """If this fails, Wagtail has renamed or added a child block, and `PictureBlock` has to follow."""
    assert list(PictureBlock().child_blocks) == list(ImageBlock().child_blocks)
    assert set(PictureBlock().child_blocks) == {"image", "decorative", "alt_text"}


def test_the_table_follows_wagtails_template() -> None:
    """If this fails, read Wagtail's template again and take its changes over into `templates/blocks/table.html`."""
    template = Path(get_template("table_block/blocks/table.html").template.origin.name).read_bytes()
    assert sha256(template).hexdigest() == "d41e1c8d83433eed9f081dbb757276672c1dd9e6d2ce94a0b5b8677f4f54e57f"
