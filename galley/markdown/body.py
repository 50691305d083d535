"""The HTML of a page's body: with a table of contents for the page itself, and with absolute URLs for a feed."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from django.utils.safestring import SafeString
from selectolax.lexbor import LexborHTMLParser, LexborNode
from wagtail.blocks.stream_block import StreamValue

from galley.markdown.headings import Heading, find_headings

# A body with fewer headings has no table of contents.
MIN_HEADINGS = 3

# Elements that work on the page alone: controls, navigation, scripts and what these use.
PAGE_ONLY_ELEMENTS = "button, dialog, form, nav, script, style, svg, template, [hidden], [aria-hidden='true']"
PAGE_ONLY_ATTRIBUTES = frozenset(
    {"class", "id", "style", "tabindex", "loading", "decoding", "fetchpriority", "aria-describedby", "aria-labelledby"}
)
URL_ATTRIBUTES = ("href", "src", "cite", "poster")
_CANDIDATE = re.compile(r"(^\s*|,\s+)([^\s,]\S*)")


@dataclass(frozen=True)
class RenderedBody:
    """A rendered body."""

    html: SafeString

    @cached_property
    def contents(self) -> list[Heading]:
        """The entries of the table of contents; empty if there are few headings."""
        headings = find_headings(self.html)
        return headings if len(headings) >= MIN_HEADINGS else []

    @property
    def has_code(self) -> bool:
        """Whether the body holds a code listing, which a reader may want to copy."""
        return "listing-figure" in self.html

    @property
    def has_embed(self) -> bool:
        """Whether the body holds a player of another site, which is loaded by a script."""
        return "data-embed=" in self.html


def render_body(body: StreamValue, context: dict[str, Any]) -> RenderedBody:
    """Return `body`, rendered in a template's `context`. Blocks: reads the database for images and links."""
    return RenderedBody(body.render_as_block(context=context))


def feed_html(html: str, page_url: str) -> str:
    """Return `html` for a feed reader: with absolute URLs, and without elements that only work on the page."""
    document = LexborHTMLParser(html, is_fragment=True)
    for node in document.css(PAGE_ONLY_ELEMENTS):
        node.decompose()
    for link in document.css("a.anchor"):  # a heading's link to itself
        link.unwrap()
    for checkbox in document.css("input"):
        checkbox.replace_with("☑" if "checked" in checkbox.attributes else "☐")
    for node in document.css("*"):
        _clean_attributes(node, page_url)
    return (document.html or "").strip()


def _clean_attributes(node: LexborNode, page_url: str) -> None:
    for name, value in node.attributes.items():
        if name in URL_ATTRIBUTES:
            node.attrs[name] = _resolve(page_url, value or "")
        elif name == "srcset":
            node.attrs[name] = _CANDIDATE.sub(lambda match: match[1] + _resolve(page_url, match[2]), value or "")
        elif name in PAGE_ONLY_ATTRIBUTES or name.startswith(("data-", "hx-", "on")):
            del node.attrs[name]


def _resolve(page_url: str, url: str) -> str:
    try:
        return urljoin(page_url, url)
    except ValueError:  # not a URL, such as 'http://[': it leads nowhere on the page either
        return url
