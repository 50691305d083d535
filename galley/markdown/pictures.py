"""A picture of the media library in Markdown."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from galley.images import render_picture


def render_markdown_picture(image: Any, alt: str, title: str, stands_alone: bool) -> SafeString:
    """Return `image` as HTML. With a `title`, a picture that stands alone in its paragraph gets that as its caption."""
    picture = render_picture(image, "column", alt)
    if not stands_alone:
        return picture
    if title:
        return format_html("<figure>{}<figcaption>{}</figcaption></figure>", picture, title)
    return format_html("<figure>{}</figure>", picture)
