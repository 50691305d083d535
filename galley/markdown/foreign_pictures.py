"""Pictures that lie on other hosts: linked to, not loaded. No reader is made known to anybody else by reading."""

import re
from html import unescape
from urllib.parse import urlsplit

from django.utils.html import escape

_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_TAG = re.compile(r'<a(?: [\w-]+="[^"]*")*>|</a>|<img(?P<attributes>(?: [\w-]+="[^"]*")*)>')


def link_foreign_pictures(html: str) -> str:
    """Return sanitised `html` with a link in place of each picture of another host, and an `alt` for all others.

    Within a link, which can't hold another one, its words take the picture's place.
    """
    is_in_link = False

    def replace(match: re.Match[str]) -> str:
        nonlocal is_in_link
        if match["attributes"] is None:
            is_in_link = match[0] != "</a>"
            return match[0]
        attributes = dict(_ATTRIBUTE.findall(match["attributes"]))
        address = unescape(attributes.get("src", ""))
        if not _is_foreign(address):
            return match[0] if "alt" in attributes else match[0].replace("<img", '<img alt=""', 1)
        words = attributes.get("alt") or escape(urlsplit(address).netloc)
        return words if is_in_link else f'<a href="{attributes["src"]}">{words}</a>'

    return _TAG.sub(replace, html) if "<img" in html else html


def _is_foreign(address: str) -> bool:
    # Browsers read backslashes as slashes, and skip white space before and within.
    return re.match(r"(https?:|[/\\]{2})", re.sub(r"[\s\x00-\x1f]", "", address), re.IGNORECASE) is not None
