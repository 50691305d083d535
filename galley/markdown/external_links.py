"""Links and images that lead to other hosts.

An external image becomes a link: loading it would tell another host who reads the page. A link whose text doesn't say
where it leads, such as “here”, names its host to screen readers.
"""

import re
from html import unescape
from urllib.parse import urlsplit

from django.utils.html import escape

_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_TAG = re.compile(r'<a(?: [\w-]+="[^"]*")*>|</a>|<img(?P<attributes>(?: [\w-]+="[^"]*")*)>')

# What Lighthouse calls non-descriptive in English: <https://developer.chrome.com/docs/lighthouse/seo/link-text>.
_TEXTS = "click here|click this|go|here|information|learn more|more(?: info(?:rmation)?)?|right here|read more|see more"
_VAGUE_LINK = re.compile(
    r'(?P<link><a(?: [\w-]+="[^"]*")*? href="https?://(?:[^/?#"@]*@)?(?:www\.)?(?P<host>[^/?#"]+)[^>]*>)'
    rf"(?P<text>{_TEXTS}|start|this)</a>",
    re.IGNORECASE,
)


def replace_external_images(html: str) -> str:
    """Return sanitised `html` with a link in place of each external image, and an `alt` for all other images.

    Links can't be nested: within a link, the image's text takes its place.
    """
    is_in_link = False

    def replace(match: re.Match[str]) -> str:
        nonlocal is_in_link
        if match["attributes"] is None:
            is_in_link = match[0] != "</a>"
            return match[0]
        attributes = dict(_ATTRIBUTE.findall(match["attributes"]))
        url = unescape(attributes.get("src", ""))
        if not _is_external(url):
            return match[0] if "alt" in attributes else match[0].replace("<img", '<img alt=""', 1)
        text = attributes.get("alt") or escape(urlsplit(url).netloc)
        return text if is_in_link else f'<a href="{attributes["src"]}">{text}</a>'

    return _TAG.sub(replace, html) if "<img" in html else html


def _is_external(url: str) -> bool:
    # Browsers read backslashes as slashes, and skip white space before and within.
    return re.match(r"(https?:|[/\\]{2})", re.sub(r"[\s\x00-\x1f]", "", url), re.IGNORECASE) is not None


def describe_vague_links(html: str) -> str:
    """Return sanitised `html` with the host, visually hidden, added to each external link whose text is vague."""
    return _VAGUE_LINK.sub(r'\g<link>\g<text><span class="visually-hidden"> (\g<host>)</span></a>', html)
