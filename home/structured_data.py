"""Structured data: schema.org terms as JSON-LD (https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents)."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from wagtail.models import Page, Site

from home.page_metadata import PageMetadata

Node = dict[str, Any]
# No text may close the script element or open another one.
_ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


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
            "target": {"@type": "EntryPoint", "urlTemplate": f"{site.root_url}/search/?q={{query}}"},
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
    root = site.root_page
    if page.depth <= root.depth:
        return None
    above = Page.objects.ancestor_of(page).filter(path__startswith=root.path).live().order_by("depth")
    items = [
        {"@type": "ListItem", "position": position, "name": one.title, "item": one.get_full_url(request)}
        for position, one in enumerate([*above, page], start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
