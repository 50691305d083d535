"""Metadata for the head of a page: for search engines and for services on which the page is shared."""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import get_language, to_locale
from wagtail import hooks
from wagtail.models import Page, Site

from galley.images.share_images import HEIGHT, WIDTH, share_image_url
from galley.listings import Link

MAX_DESCRIPTION_LENGTH = 300


@dataclass(frozen=True)
class Article:
    """Metadata of an article: its dates, its authors with the absolute URLs of their pages, its section and tags."""

    published: datetime.datetime
    modified: datetime.datetime
    authors: list[Link]
    section: str
    tags: list[str]


@dataclass(frozen=True)
class ShareImage:
    """The image that other services show with a link to the page, and its alt text."""

    url: str
    alt: str
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class PageMetadata:
    """Metadata of a page. Where something is unknown, a text is empty and anything else is None."""

    title: str
    description: str
    address: str
    canonical: str
    image: ShareImage | None
    article: Article | None
    feed_address: str
    site_name: str
    locale: str


def page_metadata(page: Any, request: HttpRequest | None) -> PageMetadata:
    """Return the metadata of `page`: a Wagtail page, or any object with a `title` and a `full_url`. Blocks."""
    site = Site.find_for_request(request) if request else None
    address = getattr(page, "full_url", None) or ""
    return PageMetadata(
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
    return Truncator(next(filter(None, texts), "")).chars(MAX_DESCRIPTION_LENGTH)


def _find_image(page: Any, site: Site | None, address: str) -> ShareImage | None:
    chosen = getattr(page, "share_image", None)
    if chosen and not chosen.is_svg():
        rendition = chosen.get_rendition(f"fill-{WIDTH}x{HEIGHT}|format-jpeg")
        return ShareImage(urljoin(address, rendition.url), chosen.default_alt_text, rendition.width, rendition.height)
    return ShareImage(share_image_url(page, site), page.title) if isinstance(page, Page) else None


def _find_feed(page: Any, site: Site | None) -> str:
    """Return the URL of the page's own feeds without their file extension, or else the URL of the site's feeds.

    The hook `site_feed_address` takes the site and returns the latter.
    """
    if own := getattr(page, "feed_address", ""):
        return str(own)
    found = (find(site) for find in hooks.get_hooks("site_feed_address")) if site else ()
    return next(filter(None, found), "")
