"""The HTML of an image: AVIF and WebP with a JPEG fallback, in several widths, with its dimensions and its colour."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from wagtail.images.rich_text import ImageEmbedHandler

from galley.images.renditions import RenditionName, image_signature
from galley.images.slots import Candidate, Slot, get_slots

# The JPEG fallback has one width: the first that is at least this wide.
FALLBACK_WIDTH = 800


def render_picture(image: Any, slot_name: str, alt: str = "", *, eager: bool = False) -> SafeString:
    """Return `image` as HTML for the slot called `slot_name`. Runs no query.

    `eager` is for the image at the top of a page; other images load lazily. Vector graphics are printed as they are.
    So are animated images, which other formats would freeze; readers who prefer reduced motion get a still image.
    """
    if image.is_svg():
        return _render_img(RenditionName.of_original(image).url, image.width, image.height, image, alt, eager)
    slot = get_slots()[slot_name]
    is_small = slot.is_small(image)
    if image.is_animated:
        still = _render_source(image, slot, "webp", SafeString(' media="(prefers-reduced-motion: reduce)"'))
        url = RenditionName.of_original(image).url
        img = _render_img(url, image.width, image.height, image, alt, eager, is_small=is_small)
        return format_html("<picture>{}{}</picture>", still, img)
    width, height, operation = find_fallback(slot.candidates(image))
    url = RenditionName.of(image, operation, "jpg").url
    img = _render_img(url, width, height, image, alt, eager, is_small=is_small)
    avif, webp = (_render_source(image, slot, suffix) for suffix in ("avif", "webp"))
    return format_html("<picture>{}{}{}</picture>", avif, webp, img)


def render_preload(image: Any, slot_name: str) -> SafeString:
    """Return the `<link>` that lets browsers load `image` before they have laid out the page."""
    if image.is_svg() or image.is_animated:
        url = RenditionName.of_original(image).url
        return format_html('<link rel="preload" as="image" href="{}" fetchpriority="high">', url)
    slot = get_slots()[slot_name]
    fallback = find_fallback(slot.candidates(image))
    return format_html(
        '<link rel="preload" as="image" type="image/avif"'
        ' href="{}" imagesrcset="{}" imagesizes="{}" fetchpriority="high">',
        RenditionName.of(image, fallback.operation, "avif").url,
        _srcset(image, slot, "avif"),
        slot.sizes_of(image),
    )


def largest_image_url(image: Any) -> str:
    """Return the URL of `image` in the largest size offered."""
    if image.is_svg() or image.is_animated:
        return RenditionName.of_original(image).url
    return RenditionName.of(image, get_slots()["column"].candidates(image)[-1].operation, "webp").url


def find_fallback(candidates: Iterable[Candidate]) -> Candidate:
    """Return the one of `candidates` that is offered as JPEG too."""
    *_, largest = candidates = list(candidates)
    return next((candidate for candidate in candidates if candidate.width >= FALLBACK_WIDTH), largest)


def _render_source(image: Any, slot: Slot, suffix: str, condition: str = "") -> SafeString:
    return format_html(
        '<source type="image/{}" srcset="{}" sizes="{}"{}>',
        suffix,
        _srcset(image, slot, suffix),
        slot.sizes_of(image),
        condition,
    )


def _srcset(image: Any, slot: Slot, suffix: str) -> SafeString:
    signature = image_signature(image)
    urls = (
        (RenditionName(image.pk, signature, candidate.operation, suffix).url, candidate.width)
        for candidate in slot.candidates(image)
    )
    return format_html_join(", ", "{} {}w", urls)


def _render_img(
    url: str, width: int, height: int, image: Any, alt: str, eager: bool, *, is_small: bool = False
) -> SafeString:
    # A decorative image says so by its role: an empty alt alone may have been forgotten.
    is_decorative = getattr(image, "decorative", False) and not alt
    return format_html(
        '<img src="{}" data-image="{}" width="{}" height="{}" alt="{}"{}{}{}>',
        url,
        image.pk,
        width,
        height,
        alt,
        _classes(image, is_small),
        SafeString(' role="presentation"' if is_decorative else ""),
        SafeString(' fetchpriority="high"' if eager else ' loading="lazy" decoding="async"'),
    )


def _classes(image: Any, is_small: bool) -> SafeString:
    """Return the class attribute for the width of `image` and the colour of its placeholder, as in css/text.css."""
    classes = ["small"] if is_small else []
    if image.tone:
        red, green, blue = (int(image.tone[position : position + 2], 16) // 32 for position in (1, 3, 5))
        classes += ["tone", f"r{red}", f"g{green}", f"b{blue}"]
    else:
        classes.append("clear")
    return format_html(' class="{}"', " ".join(classes))


class NumericIds:
    """For handlers of links and embeds in rich text: what has another id is missing. Wagtail's raise ValueError."""

    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[Any]:
        """Return the objects, None for each that is missing."""
        known = (attrs if re.fullmatch("[0-9]{1,18}", attrs.get("id", "")) else {} for attrs in attrs_list)
        return super().get_many(list(known))  # type: ignore[misc]


class PictureEmbedHandler(ImageEmbedHandler):
    """Renders images in rich text. Wagtail's own handler makes one size, within the visitor's request."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        """Return the HTML of each image, with one query for all; an empty string for a missing image."""
        images = zip(attrs_list, cls.get_many(attrs_list), strict=True)
        return [render_picture(image, "column", attrs.get("alt", "")) if image else "" for attrs, image in images]
