"""A picture as HTML: AVIF and WebP with a fallback, in several widths, with its size and its colour."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from galley.images.addresses import PictureName, find_key, find_url
from galley.images.places import PLACES, Place

# The fallback is offered in one width: the first that is at least so wide.
FALLBACK_WIDTH = 800


def render_picture(image: Any, place: str, alt: str = "", *, eager: bool = False) -> SafeString:
    """Return `image` as HTML for a place in the layout, by its name in `PLACES`; no query is needed for it.

    `eager` is for the picture at the head of a page: any other is loaded when it comes near. A vector graphic is given
    as it is, since it fits any size. So is a moving picture, which would stand still in another format; for whoever
    asks for reduced motion it does.
    """
    if image.is_svg():
        return _render_img(image.file.url, image.width, image.height, image, alt, eager)
    where = PLACES[place]
    is_small = where.is_small(image)
    if image.is_animated:
        still = _render_source(image, where, "webp", SafeString(' media="(prefers-reduced-motion: reduce)"'))
        img = _render_img(image.file.url, image.width, image.height, image, alt, eager, is_small=is_small)
        return format_html("<picture>{}{}</picture>", still, img)
    width, height, operation = find_fallback(where.offers(image))
    address = find_url(PictureName.of(image, operation, "jpg"))
    img = _render_img(address, width, height, image, alt, eager, is_small=is_small)
    avif, webp = (_render_source(image, where, ending) for ending in ("avif", "webp"))
    return format_html("<picture>{}{}{}</picture>", avif, webp, img)


def render_preload(image: Any, place: str) -> SafeString:
    """Return what lets a browser fetch `image` before it has laid out the page."""
    if image.is_svg() or image.is_animated:
        return format_html('<link rel="preload" as="image" href="{}" fetchpriority="high">', image.file.url)
    where = PLACES[place]
    *_, operation = find_fallback(where.offers(image))
    return format_html(
        '<link rel="preload" as="image" type="image/avif"'
        ' href="{}" imagesrcset="{}" imagesizes="{}" fetchpriority="high">',
        find_url(PictureName.of(image, operation, "avif")),
        _srcset(image, where, "avif"),
        where.sizes_of(image),
    )


def find_largest_url(image: Any) -> str:
    """Return the address of `image` as large as it is offered."""
    if image.is_svg() or image.is_animated:
        return str(image.file.url)
    return find_url(PictureName.of(image, PLACES["column"].offers(image)[-1][2], "webp"))


def find_fallback(offers: Iterable[tuple[int, int, str]]) -> tuple[int, int, str]:
    """Return of `offers` the one that is offered as JPEG too."""
    *_, largest = offers = list(offers)
    return next((offer for offer in offers if offer[0] >= FALLBACK_WIDTH), largest)


def _render_source(image: Any, place: Place, ending: str, condition: str = "") -> SafeString:
    return format_html(
        '<source type="image/{}" srcset="{}" sizes="{}"{}>',
        ending,
        _srcset(image, place, ending),
        place.sizes_of(image),
        condition,
    )


def _srcset(image: Any, place: Place, ending: str) -> SafeString:
    key = find_key(image)
    offers = (
        (find_url(PictureName(image.pk, key, operation, ending)), width)
        for width, _height, operation in place.offers(image)
    )
    return format_html_join(", ", "{} {}w", offers)


def _render_img(
    url: str, width: float, height: float, image: Any, alt: str, eager: bool, *, is_small: bool = False
) -> SafeString:
    # One that is marked as decorative says so: an empty alt alone may have been forgotten.
    is_decorative = getattr(image, "decorative", False) and not alt
    return format_html(
        '<img src="{}" data-image="{}" width="{}" height="{}" alt="{}"{}{}{}>',
        url,
        image.pk,
        round(width),  # a vector graphic's may have decimals
        round(height),
        alt,
        _classes(image, is_small),
        SafeString(' role="presentation"' if is_decorative else ""),
        SafeString(' fetchpriority="high"' if eager else ' loading="lazy" decoding="async"'),
    )


def _classes(image: Any, is_small: bool) -> SafeString:
    """Return the classes that keep `image` small and colour the place that it takes, as in css/text.css."""
    classes = ["small"] if is_small else []
    if image.tone:
        red, green, blue = (int(image.tone[place : place + 2], 16) // 32 for place in (1, 3, 5))
        classes += ["tone", f"r{red}", f"g{green}", f"b{blue}"]
    else:
        classes.append("clear")
    return format_html(' class="{}"', " ".join(classes))
