"""Internal links and images: `page:12`, `doc:3` and `image:7` in place of URLs in Markdown.

The sanitised HTML is split at each of them. The fragments are cached with the text; the links are resolved at each
rendering, since pages move and images change. Splitting by regular expression is safe here and only here: the
sanitiser has just written the HTML, so every `<` begins a tag, every attribute is quoted, and no quote stands inside
an attribute.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from html import unescape
from sys import getsizeof
from typing import Any

from django.utils.html import escape, format_html
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from galley.images import render_picture

# A URL that is meant as an internal one, whether its number is valid or not.
LINK_PATTERN = re.compile(r"(?P<kind>page|doc|image):(?P<number>[^#]*)", re.IGNORECASE | re.DOTALL)

_URL = re.compile(r"(?P<kind>page|doc|image):(?P<number>[0-9]{1,9})(?P<fragment>#.*)?\Z", re.IGNORECASE | re.DOTALL)
_MENTIONED = re.compile(r"(page|doc|image):([0-9]{1,9})(?![0-9])", re.IGNORECASE)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_TAG = re.compile(r'(?P<before><p>)?<(?P<tag>a|img)(?P<attributes>(?: [\w-]+="[^"]*")*)>(?P<after></p>)?|</a>')


@dataclass(frozen=True)
class Target:
    """What an internal link points to: the kind of object, and its primary key."""

    kind: str
    pk: int


# The objects that internal links point to, by kind and primary key.
Objects = dict[str, dict[int, Any]]


def _find_url(target: Target, objects: Objects) -> str | None:
    """Return the URL of `target`; None if it doesn't exist or isn't published."""
    found = objects[target.kind].get(target.pk)
    if found is None:
        return None
    if target.kind == "page":
        return found.get_url()
    return found.file.url if target.kind == "image" else found.url


@dataclass(frozen=True)
class LinkStart:
    """The start tag of an internal link."""

    target: Target
    fragment: str
    other_attributes: str

    def resolve(self, objects: Objects) -> str:
        """Return the tag; nothing if the target doesn't exist, so that the link's text stays as plain text."""
        url = _find_url(self.target, objects)
        return f'<a href="{escape(url)}{self.fragment}"{self.other_attributes}>' if url else ""


@dataclass(frozen=True)
class LinkEnd:
    """The end tag that belongs to a `LinkStart`."""

    target: Target

    def resolve(self, objects: Objects) -> str:
        """Return the tag if there was a start tag."""
        return "</a>" if _find_url(self.target, objects) else ""


@dataclass(frozen=True)
class InternalImage:
    """An image of the media library. Alone in its paragraph it becomes a figure, with its title as the caption."""

    target: Target
    alt: str
    title: str
    stands_alone: bool

    def resolve(self, objects: Objects) -> str:
        """Return the image as HTML; its alt text if it doesn't exist."""
        image = objects["image"].get(self.target.pk)
        if not image:
            return f"<p>{escape(self.alt)}</p>" if self.stands_alone else escape(self.alt)
        picture = render_picture(image, "column", self.alt)
        if not self.stands_alone:
            return picture
        if self.title:
            return format_html("<figure>{}<figcaption>{}</figcaption></figure>", picture, self.title)
        return format_html("<figure>{}</figure>", picture)


Fragment = str | LinkStart | LinkEnd | InternalImage


def split_at_links(html: str) -> tuple[Fragment, ...]:
    """Return sanitised `html` split at its internal links and images."""
    return tuple(_fragments(html)) if re.search(r'"(?:page|doc|image):', html, re.IGNORECASE) else (html,)


def resolve_links(fragments: Iterable[Fragment]) -> str:
    """Return `fragments` as HTML. Blocks: reads the database if there are internal links."""
    fragments = tuple(fragments)
    targets = {fragment.target for fragment in fragments if not isinstance(fragment, str)}
    prefetched, objects = _prefetched.get((frozenset(), {}))
    if not targets <= prefetched:
        objects = _fetch(targets)
    return "".join(fragment if isinstance(fragment, str) else fragment.resolve(objects) for fragment in fragments)


def memory_size(fragments: Iterable[Fragment]) -> int:
    """Return about how many bytes `fragments` take in memory."""
    return sum(
        getsizeof(fragment) if isinstance(fragment, str) else 500 + sum(map(getsizeof, vars(fragment).values()))
        for fragment in fragments
    )


def _fragments(html: str) -> Iterator[Fragment]:
    position = 0
    open_link: Target | None = None
    for match in _TAG.finditer(html):
        if match[0] == "</a>":
            parts: list[Fragment] = [LinkEnd(open_link)] if open_link else []
            open_link = None
        else:
            parts = _split_tag(match)
            open_link = next((part.target for part in parts if isinstance(part, LinkStart)), open_link)
        if parts:
            yield html[position : match.start()]
            yield from parts
            position = match.end()
    yield html[position:]


def _split_tag(match: re.Match[str]) -> list[Fragment]:
    """Return the fragments of one tag; none if it isn't an internal link or image."""
    attributes = dict(_ATTRIBUTE.findall(match["attributes"]))
    before, after = match["before"] or "", match["after"] or ""
    url = _URL.match(attributes.pop("href" if match["tag"] == "a" else "src", ""))
    if not url:
        return []
    target = Target(url["kind"].lower(), int(url["number"]))
    if match["tag"] == "a":
        others = "".join(f' {name}="{value}"' for name, value in attributes.items())
        return [before, LinkStart(target, url["fragment"] or "", others), after]
    alone = bool(before and after)
    image = InternalImage(target, unescape(attributes.get("alt", "")), unescape(attributes.get("title", "")), alone)
    return [image] if alone else [before, image, after]


_prefetched: ContextVar[tuple[frozenset[Target], Objects]] = ContextVar("prefetched_links")


@contextmanager
def prefetch_links(texts: Iterable[str]) -> Iterator[None]:
    """Fetch the targets of all internal links in `texts` at once, for rendering within the context. Blocks."""
    mentioned = frozenset(Target(kind.lower(), int(pk)) for text in texts for kind, pk in _MENTIONED.findall(text))
    token = _prefetched.set((mentioned, _fetch(mentioned)))
    try:
        yield
    finally:
        _prefetched.reset(token)


def _fetch(targets: Collection[Target]) -> Objects:
    """Return the objects of `targets`, with one query for each kind. Of pages, only published ones and no titles."""
    objects: Objects = {}
    for kind, model in get_models().items():
        pks = {target.pk for target in targets if target.kind == kind}
        queryset = Page.objects.live().only("url_path", "locale_id") if kind == "page" else model.objects.all()
        objects[kind] = queryset.in_bulk(pks)
    return objects


def get_models() -> dict[str, Any]:
    """Return the model of each kind of target."""
    return {"page": Page, "doc": get_document_model(), "image": get_image_model()}
