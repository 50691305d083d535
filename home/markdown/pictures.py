"""A picture of the media library in Markdown: in several widths, as WebP, loaded when it comes near."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.images.shortcuts import get_renditions_or_not_found

WIDTHS = (480, 960, 1440)
SIZES = "(min-width: 48rem) 44rem, 100vw"


def rendition_specs(image: Any) -> list[str]:
    """Return the filters of the renditions to offer for `image`, the smallest first.

    Vector graphics scale by themselves, and converting a GIF would stop its movement: both stay as they are.
    """
    if image.file.name.lower().endswith((".svg", ".gif")):
        return ["original"]
    widths = [width for width in WIDTHS if width < image.width] + [min(image.width, WIDTHS[-1])]
    return [f"width-{width}|format-webp" for width in dict.fromkeys(widths)]


def render_picture(image: Any, alt: str, title: str, stands_alone: bool) -> SafeString:
    """Return `image` as HTML. With a `title`, a picture that stands alone in its paragraph gets that as its caption."""
    renditions = list(get_renditions_or_not_found(image, rendition_specs(image)).values())
    largest = renditions[-1]
    picture = format_html(
        '<img src="{}"{} width="{}" height="{}" alt="{}" loading="lazy" decoding="async">',
        largest.url,
        _srcset(renditions),
        largest.width,
        largest.height,
        alt,
    )
    if not stands_alone:
        return picture
    if title:
        return format_html("<figure>{}<figcaption>{}</figcaption></figure>", picture, title)
    return format_html("<figure>{}</figure>", picture)


def _srcset(renditions: list[Any]) -> SafeString:
    if len(renditions) < 2:
        return SafeString()
    offers = ", ".join(f"{rendition.url} {rendition.width}w" for rendition in renditions)
    return format_html(' srcset="{}" sizes="{}"', offers, SIZES)
