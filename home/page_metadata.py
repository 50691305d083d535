"""Metadata for the head of a page: for search engines and for services on which the page is shared.

Structured data is schema.org terms as JSON-LD (https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents).
"""

import datetime
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language, to_locale
from wagtail import hooks
from wagtail.models import Page, Site

from galley.images.renditions import RenditionName
from galley.images.share_images import HEIGHT, WIDTH, share_image_url
from galley.images.slots import get_slots
from galley.listings import Link
from galley.page_cache.root_pages import find_root_page
from galley.site_settings.registered import find_settings

MAX_DESCRIPTION_LENGTH = 300

Node = dict[str, Any]
# No text may close the script element or open another one.
_ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


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
        canonical=getattr(page, "canonical_url", "") or _find_source_url(page) or address,
        image=_find_image(page, site, address, request) if address else None,
        article=getattr(page, "article", None),
        feed_address=_find_feed(page, site),
        site_name=site.site_name if site else "",
        locale=to_locale(get_language() or ""),
    )


def _find_source_url(page: Any) -> str:
    """Return the URL of the public page of which `page` is an alias, or an empty text."""
    source = page.alias_of if getattr(page, "alias_of_id", None) else None
    return source.full_url or "" if source and source.live else ""


def _find_description(page: Any) -> str:
    texts = (getattr(page, name, "") for name in ("search_description", "introduction", "summary"))
    text = next(filter(None, texts), "")
    # Django normalises the whole text, and a run of combining marks takes quadratic time.
    return Truncator(text[: 5 * MAX_DESCRIPTION_LENGTH]).chars(MAX_DESCRIPTION_LENGTH)


def _find_image(page: Any, site: Site | None, address: str, request: HttpRequest | None) -> ShareImage | None:
    chosen = getattr(page, "share_image", None) or _find_default_image(request)
    if chosen and not chosen.is_svg():
        width, height, operation = get_slots()["share"].candidates(chosen)[-1]
        url = urljoin(address, RenditionName.of(chosen, operation, "jpg").url)
        return ShareImage(url, chosen.default_alt_text, width, height)
    return ShareImage(share_image_url(page, site), page.title) if isinstance(page, Page) else None


def _find_default_image(request: HttpRequest | None) -> Any:
    settings = find_settings(request) if request else None
    return settings and settings.share_image


def _find_feed(page: Any, site: Site | None) -> str:
    """Return the URL of the page's own feeds without their file extension, or else the URL of the site's feeds.

    The hook `site_feed_address` takes the site and returns the latter.
    """
    if own := getattr(page, "feed_address", ""):
        return str(own)
    found = (find(site) for find in hooks.get_hooks("site_feed_address")) if site else ()
    return next(filter(None, found), "")


def structured_data(page: Any, meta: PageMetadata, request: HttpRequest | None) -> SafeString:
    """Return the script element with the structured data of a published page; nothing for other objects. Blocks."""
    site = Site.find_for_request(request) if request else None
    if request is None or site is None or not isinstance(page, Page) or not meta.address:
        return SafeString()
    website = _describe_site(site)
    nodes = [website, _describe_page(page, meta, website), _describe_breadcrumbs(page, site, request)]
    graph = {"@context": "https://schema.org", "@graph": [node for node in nodes if node]}
    text = json.dumps(graph, cls=DjangoJSONEncoder, ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))


def _describe_site(site: Site) -> Node:
    return {
        "@type": "WebSite",
        "@id": f"{site.root_url}/#website",
        "url": f"{site.root_url}/",
        "name": site.site_name or site.hostname,
        "inLanguage": get_language(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{site.root_url}{reverse('search')}?q={{query}}"},
            "query-input": "required name=query",
        },
    }


def _describe_page(page: Page, meta: PageMetadata, website: Node) -> Node:
    node = {
        "@type": getattr(page, "schema_type", "WebPage"),
        "@id": f"{meta.address}#page",
        "url": meta.address,
        "name": meta.title,
        "description": meta.description,
        "inLanguage": get_language(),
        "image": meta.image and meta.image.url,
        "isPartOf": {"@id": website["@id"]},
    }
    if article := meta.article:
        node |= {
            "headline": meta.title,
            "datePublished": article.published,
            "dateModified": article.modified,
            "author": [{"@type": "Person", "name": author.label, "url": author.url} for author in article.authors],
            "articleSection": article.section,
            "keywords": article.tags,
        }
    return {name: value for name, value in node.items() if value}


def _describe_breadcrumbs(page: Page, site: Site, request: HttpRequest) -> Node | None:
    """Return the live pages from the site's root page to `page`; None for the root page itself."""
    root = find_root_page(site) or site.root_page
    if page.depth <= root.depth:
        return None
    above = Page.objects.ancestor_of(page).filter(path__startswith=root.path).live().order_by("depth")
    items = [
        {"@type": "ListItem", "position": position, "name": one.title, "item": one.get_full_url(request)}
        for position, one in enumerate([*above, page], start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
