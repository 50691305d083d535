"""Puts together what stands in the head of a page."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import get_language, to_locale
from wagtail import hooks
from wagtail.models import Page, Site

from galley.images.share_images.words import HEIGHT, WIDTH, share_image_address
from home.page_meta.article import Article

LONGEST_DESCRIPTION = 300


@dataclass(frozen=True)
class ShareImage:
    """The picture that is shown where the page is shared, and what it shows."""

    url: str
    alt: str
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class PageMeta:
    """What is told about a page. Texts are empty and the others None where there is nothing to tell."""

    title: str
    description: str
    address: str
    canonical: str
    image: ShareImage | None
    article: Article | None
    feed_address: str
    site_name: str
    locale: str


def describe_page(page: Any, request: HttpRequest | None) -> PageMeta:
    """Return what is told about `page`: a page, or what a list is about, with a `title` and a `full_url`. Blocks."""
    site = Site.find_for_request(request) if request else None
    address = getattr(page, "full_url", None) or ""
    return PageMeta(
        title=str(page.title),
        description=_find_description(page),
        address=address,
        canonical=getattr(page, "canonical_url", "") or address,
        image=_find_image(page, site, address) if address else None,
        article=getattr(page, "article", None),
        feed_address=_find_feed(page, site),
        site_name=site.site_name if site else "",
        locale=to_locale(get_language() or ""),
    )


def _find_description(page: Any) -> str:
    texts = (getattr(page, name, "") for name in ("search_description", "introduction", "summary"))
    return Truncator(next(filter(None, texts), "")).chars(LONGEST_DESCRIPTION)


def _find_image(page: Any, site: Site | None, address: str) -> ShareImage | None:
    chosen = getattr(page, "share_image", None)
    if chosen and not chosen.is_svg():
        rendition = chosen.get_rendition(f"fill-{WIDTH}x{HEIGHT}|format-jpeg")
        return ShareImage(urljoin(address, rendition.url), chosen.default_alt_text, rendition.width, rendition.height)
    return ShareImage(share_image_address(page, site), page.title) if isinstance(page, Page) else None


def _find_feed(page: Any, site: Site | None) -> str:
    """Return the address under which the feeds stand that fit the page: its own, else those of the site.

    Apps tell of the latter through the hook `site_feed_address`, which takes the site.
    """
    if own := getattr(page, "feed_address", ""):
        return str(own)
    found = (find(site) for find in hooks.get_hooks("site_feed_address")) if site else ()
    return next(filter(None, found), "")
