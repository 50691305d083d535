"""Sanitised HTML, cut where links and pictures of the site itself have to be filled in.

The cuts are found by a pattern, which is sound here and only here: the sanitiser has just written the HTML, so every
`<` begins a tag, every attribute is quoted, and no quote stands inside an attribute.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from sys import getsizeof

from django.utils.html import escape

from galley.markdown.pictures import render_markdown_picture
from galley.markdown.references import REFERENCE, Reference, Targets

_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_TAG = re.compile(r'(?P<before><p>)?<(?P<tag>a|img)(?P<attributes>(?: [\w-]+="[^"]*")*)>(?P<after></p>)?|</a>')


@dataclass(frozen=True)
class LinkStart:
    """The opening tag of a link to something on this site."""

    reference: Reference
    fragment: str
    other_attributes: str

    def fill_in(self, targets: Targets) -> str:
        """Return the tag; nothing if there is nothing to link to, so that the link's words stay as plain text."""
        address = targets.address(self.reference)
        return f'<a href="{escape(address)}{self.fragment}"{self.other_attributes}>' if address else ""


@dataclass(frozen=True)
class LinkEnd:
    """The closing tag that belongs to a `LinkStart`."""

    reference: Reference

    def fill_in(self, targets: Targets) -> str:
        """Return the tag if there was an opening one."""
        return "</a>" if targets.address(self.reference) else ""


@dataclass(frozen=True)
class Picture:
    """A picture of the media library."""

    reference: Reference
    alt: str
    title: str
    stands_alone: bool

    def fill_in(self, targets: Targets) -> str:
        """Return the picture; in place of one that is gone, the words that describe it."""
        image = targets.images.get(self.reference.number)
        if image:
            return render_markdown_picture(image, self.alt, self.title, self.stands_alone)
        return f"<p>{escape(self.alt)}</p>" if self.stands_alone else escape(self.alt)


Part = str | LinkStart | LinkEnd | Picture


def cut_at_references(html: str) -> tuple[Part, ...]:
    """Return sanitised `html` as text with the links and pictures of this site cut out."""
    return tuple(_parts(html)) if re.search(r'"(?:page|doc|image):', html, re.IGNORECASE) else (html,)


def memory_size(parts: tuple[Part, ...]) -> int:
    """Return about how many bytes `parts` take in memory."""
    return sum(
        getsizeof(part) if isinstance(part, str) else 500 + sum(map(getsizeof, vars(part).values())) for part in parts
    )


def _parts(html: str) -> Iterator[Part]:
    position = 0
    open_link: Reference | None = None
    for match in _TAG.finditer(html):
        if match[0] == "</a>":
            cut: list[Part] = [LinkEnd(open_link)] if open_link else []
            open_link = None
        else:
            cut = _cut_tag(match)
            open_link = next((part.reference for part in cut if isinstance(part, LinkStart)), open_link)
        if cut:
            yield html[position : match.start()]
            yield from cut
            position = match.end()
    yield html[position:]


def _cut_tag(match: re.Match[str]) -> list[Part]:
    attributes = dict(_ATTRIBUTE.findall(match["attributes"]))
    before, after = match["before"] or "", match["after"] or ""
    target = REFERENCE.match(attributes.pop("href" if match["tag"] == "a" else "src", ""))
    if not target:
        return []
    reference = Reference(target["kind"].lower(), int(target["number"]))
    if match["tag"] == "a":
        others = "".join(f' {name}="{value}"' for name, value in attributes.items())
        return [before, LinkStart(reference, target["fragment"] or "", others), after]
    alone = bool(before and after)
    picture = Picture(reference, unescape(attributes.get("alt", "")), unescape(attributes.get("title", "")), alone)
    return [picture] if alone else [before, picture, after]
