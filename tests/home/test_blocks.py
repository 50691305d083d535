"""The blocks of a page's body."""

from wagtail.images.blocks import ImageBlock

from home.blocks.media import PictureBlock


def test_the_image_block_has_the_fields_of_wagtails_own() -> None:
    """If this fails, Wagtail has renamed or added a child block, and `PictureBlock` has to follow."""
    assert list(PictureBlock().child_blocks) == list(ImageBlock().child_blocks)
    assert set(PictureBlock().child_blocks) == {"image", "decorative", "alt_text"}
