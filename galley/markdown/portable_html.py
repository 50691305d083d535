"""The HTML of a text, made fit to be read elsewhere: in a feed reader, away from the site's address and its scripts."""

import re
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

# What only makes sense on the page: what is pressed, what leads around in it, what its scripts and styles use.
ONLY_ON_THE_PAGE = "button, dialog, form, nav, script, style, svg, template, [hidden], [aria-hidden='true']"
ADDRESSES = ("href", "src", "cite", "poster")
ATTRIBUTES_OF_THE_PAGE = frozenset(
    {"class", "id", "style", "tabindex", "loading", "decoding", "fetchpriority", "aria-describedby", "aria-labelledby"}
)
_CANDIDATE = re.compile(r"(^\s*|,\s+)([^\s,]\S*)")


def make_portable(html: str, address: str) -> str:
    """Return `html` with absolute addresses, resolved from that of its page, and without what only works there."""
    document = LexborHTMLParser(html, is_fragment=True)
    for node in document.css(ONLY_ON_THE_PAGE):
        node.decompose()
    for link in document.css("a.anchor"):  # a heading's link to itself
        link.unwrap()
    for box in document.css("input"):
        box.replace_with("☑" if "checked" in box.attributes else "☐")
    for node in document.css("*"):
        _tidy_attributes(node, address)
    return (document.html or "").strip()


def _tidy_attributes(node: LexborNode, address: str) -> None:
    for name, value in node.attributes.items():
        if name in ADDRESSES:
            node.attrs[name] = _absolute(address, value or "")
        elif name == "srcset":
            node.attrs[name] = _CANDIDATE.sub(lambda match: match[1] + _absolute(address, match[2]), value or "")
        elif name in ATTRIBUTES_OF_THE_PAGE or name.startswith(("data-", "hx-", "on")):
            del node.attrs[name]


def _absolute(address: str, relative: str) -> str:
    try:
        return urljoin(address, relative)
    except ValueError:  # an author's slip, such as 'http://[', leads nowhere here as there
        return relative
