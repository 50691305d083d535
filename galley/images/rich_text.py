"""Pictures in rich text: rendered like all others. Wagtail's own way makes one size, in the visitor's request."""

from wagtail.images.rich_text import ImageEmbedHandler

from galley.images.markup import render_picture


class PictureEmbedHandler(ImageEmbedHandler):
    """Renders `<embed embedtype="image">`."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        """Return the HTML of each picture, with one query for all; nothing for one that is gone."""
        images = zip(attrs_list, cls.get_many(attrs_list), strict=True)
        return [render_picture(image, "column", attrs.get("alt", "")) if image else "" for attrs, image in images]
