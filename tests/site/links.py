"""What an answer leads to: links, pictures, styles, scripts, and what feeds and sitemaps name."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

from selectolax.lexbor import LexborHTMLParser

from tests.galley.page_cache.visitors import Answer

# Attributes that hold an address, whatever the element.
ADDRESSES = ("href", "src", "poster", "data", "action", "data-hx-get", "xlink:href")
SETS_OF_ADDRESSES = ("srcset", "imagesrcset")
ADDRESSES_IN_META = ("og:url", "og:image", "twitter:image")
LOCAL_HOSTS = {"", "localhost", "testserver"}


def find_links(url: str, answer: Answer) -> set[str]:
    """Return the addresses within the site, with their fragments, that `answer` to `url` leads to."""
    if location := answer.headers.get("location"):
        return _within_site(url, [location])
    if answer.status != 200:
        return set()
    content_type = answer.headers.get("content-type", "").partition(";")[0]
    read = READERS.get(content_type) or (_read_xml if content_type.endswith("xml") else None)
    return _within_site(url, read(answer.body.decode())) if read else set()


def find_ids(answer: Answer) -> set[str]:
    """Return what a fragment may name in a page."""
    page = LexborHTMLParser(answer.body.decode())
    return {node.attributes[name] or "" for name in ("id", "name") for node in page.css(f"[{name}]")}


def _within_site(base: str, addresses: Any) -> set[str]:
    found = set()
    for address in addresses:
        whole = urlsplit(urljoin(base, address.strip()))
        if whole.scheme in {"", "http", "https"} and (whole.hostname or "") in LOCAL_HOSTS:
            found.add(whole._replace(scheme="", netloc="", path=whole.path or "/").geturl())
    return found


def _read_html(text: str) -> Iterator[str]:
    for node in LexborHTMLParser(text).css("*"):
        attributes = {name: value for name, value in node.attributes.items() if value}
        yield from (attributes[name] for name in ADDRESSES if name in attributes and not _is_sent(attributes))
        for name in SETS_OF_ADDRESSES:
            yield from (candidate.split()[0] for candidate in attributes.get(name, "").split(",") if candidate.strip())
        if attributes.get("property", attributes.get("name")) in ADDRESSES_IN_META:
            yield attributes.get("content", "")
        if attributes.get("type") == "application/ld+json":
            yield from _read_json(node.text())


def _is_sent(attributes: dict[str, str]) -> bool:
    """Whether it is a form that is posted: its address needn't answer who only asks for it."""
    return attributes.get("method", "").lower() == "post"


def _read_css(text: str) -> Iterator[str]:
    yield from re.findall(r"""url\(\s*["']?(?!data:)([^"')]+)""", text)
    yield from re.findall(r"""@import\s+["']([^"']+)""", text)


def _read_script(text: str) -> Iterator[str]:
    yield from re.findall(r"""(?:from|import)\s*\(?\s*["'](\.{0,2}/[^"']+)["']""", text)


def _read_xml(text: str) -> Iterator[str]:
    """Feeds and sitemaps: what stands in an element or an attribute as an address, and HTML within an element."""
    for element in ElementTree.fromstring(text).iter():  # noqa: S314  (it is the site's own)
        # Namespaces have the form of an address, and are none.
        yield from (value for name, value in element.attrib.items() if name in {"href", "src", "url"})
        yield from _read_text(element.text or "")
    yield from re.findall(r"""<\?xml-stylesheet[^>]*href=["']([^"']+)""", text)


def _read_json(text: str) -> Iterator[str]:
    """JSON Feed, JSON-LD and the manifest: every address among its texts, and HTML within them.

    What JSON-LD calls `@id` is a name and leads nowhere.
    """

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict | list):
            named = [one for name, one in value.items() if name != "@id"] if isinstance(value, dict) else value
            for one in named:
                yield from texts(one)
        elif isinstance(value, str):
            yield value

    for one in texts(json.loads(text)):
        yield from _read_text(one)


def _read_text(text: str) -> Iterator[str]:
    text = text.strip()
    if re.fullmatch(r"(https?:/)?/\S*", text):
        yield text
    elif "<" in text:
        yield from _read_html(text)


def _read_robots(text: str) -> Iterator[str]:
    yield from re.findall(r"(?im)^sitemap:\s*(\S+)", text)


READERS = {
    "text/html": _read_html,
    "text/css": _read_css,
    "text/javascript": _read_script,
    "application/javascript": _read_script,
    "application/json": _read_json,
    "application/feed+json": _read_json,
    "application/manifest+json": _read_json,
    "text/plain": _read_robots,
}
