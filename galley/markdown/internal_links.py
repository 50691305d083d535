"""Internal links and images: `page:12`, `doc:3` and `image:7` in place of URLs in Markdown.

They are resolved at each rendering, since pages move and images change; the HTML around them is cached. Regular
expressions are safe here and only here: the sanitiser has just written the HTML, so every `<` begins a tag, every
attribute is quoted, no quote stands inside an attribute, and no link inside a link.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from html import unescape
from typing import Any

from django.utils.html import escape, format_html
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from galley.images import largest_image_url, render_picture

# A URL that is meant as an internal one, whether its number is valid or not.
LINK_PATTERN = re.compile(r"(?P<kind>page|doc|image):(?P<number>[^#]*)", re.IGNORECASE | re.DOTALL)

_MENTIONED = re.compile(r"(page|doc|image):([0-9]{1,9})(?![0-9])", re.IGNORECASE)
# Begins with a literal, so that a text without any is searched quickly.
_TARGET = re.compile(r'="(page|doc|image):([0-9]{1,9})[#"]')
_LINK = re.compile(
    r'<a(?P<before>(?: [\w-]+="[^"]*")*?) href="(?P<kind>page|doc|image):(?P<number>[0-9]{1,9})(?P<fragment>#[^"]*)?"'
    r'(?P<after>(?: [\w-]+="[^"]*")*)>(?P<text>.*?)</a>',
    re.DOTALL,
)
_IMAGE = re.compile(
    r'(?P<before><p>)?<img(?P<attributes>(?: [\w-]+="[^"]*")*? src="image:(?P<number>[0-9]{1,9})"'
    r'(?: [\w-]+="[^"]*")*)>(?P<after></p>)?'
)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')

# What an internal link points to: the kind of object, and its primary key.
Target = tuple[str, int]
# The objects that internal links point to, by kind and primary key.
Objects = dict[str, dict[int, Any]]


def resolve_links(html: str) -> str:
    """Return sanitised `html` with its internal links and images. Blocks: reads the database if there are any.

    Where the target doesn't exist or isn't published, the text of the link or the alt text of the image stays.
    """
    targets = _find_targets(_TARGET, html)
    if not targets:
        return html
    prefetched, objects = _prefetched.get((frozenset(), {}))
    if not targets <= prefetched:
        objects = _fetch(targets)
    html = _IMAGE.sub(lambda match: _render_image(match, objects["image"]), html)
    return _LINK.sub(lambda match: _render_link(match, objects), html)


def _find_targets(pattern: re.Pattern[str], text: str) -> frozenset[Target]:
    return frozenset((kind.lower(), int(pk)) for kind, pk in pattern.findall(text))


def _render_link(match: re.Match[str], objects: Objects) -> str:
    found = objects[match["kind"]].get(int(match["number"]))
    url = _find_url(match["kind"], found) if found else None
    if not url:
        return match["text"]
    href = f"{escape(url)}{match['fragment'] or ''}"
    return f'<a href="{href}"{match["before"]}{match["after"]}>{match["text"]}</a>'


def _find_url(kind: str, found: Any) -> str | None:
    if kind == "page":
        return found.get_url()
    # The file as it was uploaded isn't public.
    return largest_image_url(found) if kind == "image" else found.url


def _render_image(match: re.Match[str], images: dict[int, Any]) -> str:
    """Return an image. Alone in its paragraph it becomes a figure, with its title as the caption."""
    attributes = dict(_ATTRIBUTE.findall(match["attributes"]))
    alt, title = (unescape(attributes.get(name, "")) for name in ("alt", "title"))
    image = images.get(int(match["number"]))
    picture = render_picture(image, "column", alt) if image else escape(alt)
    if not image or not (match["before"] and match["after"]):
        return f"{match['before'] or ''}{picture}{match['after'] or ''}"
    caption = format_html("<figcaption>{}</figcaption>", title) if title else ""
    return f"<figure>{picture}{caption}</figure>"


_prefetched: ContextVar[tuple[frozenset[Target], Objects]] = ContextVar("prefetched_links")


@contextmanager
def prefetch_links(texts: Iterable[str]) -> Iterator[None]:
    """Fetch the targets of all internal links in `texts` at once, for rendering within the context. Blocks."""
    mentioned = _find_targets(_MENTIONED, "\n".join(texts))
    token = _prefetched.set((mentioned, _fetch(mentioned)))
    try:
        yield
    finally:
        _prefetched.reset(token)


def _fetch(targets: Collection[Target]) -> Objects:
    """Return the objects of `targets`, with one query for each kind. Of pages, only published ones and no titles."""
    objects: Objects = {}
    for kind, model in get_models().items():
        pks = {pk for found, pk in targets if found == kind}
        queryset = Page.objects.live().only("url_path", "locale_id") if kind == "page" else model.objects.all()
        objects[kind] = queryset.in_bulk(pks)
    return objects


def get_models() -> dict[str, Any]:
    """Return the model of each kind of target."""
    return {"page": Page, "doc": get_document_model(), "image": get_image_model()}
