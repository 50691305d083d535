"""What the author of a draft should look at, in plain sentences that say what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from django.utils.translation import gettext as _

from galley.preview.outline.links import Failure
from galley.preview.outline.reading import Link, Outline, Picture, Place


@dataclass(frozen=True)
class Finding:
    """One thing to look at, and where it is."""

    sentence: str
    place: Place


def addresses_to_check(outline: Outline) -> set[str]:
    """Return the links' addresses that may lead to another page or file."""
    return {link.address for link in outline.links if link.address and not link.address.startswith("#")}


def find(outline: Outline, failures: dict[str, Failure]) -> list[Finding]:
    """Return what to look at. `failures` says which of the addresses lead nowhere (see `links.py`)."""
    return [
        *_about_headings(outline),
        *(Finding(_undescribed(picture), picture.place) for picture in outline.pictures if not picture.description),
        *(Finding(said, link.place) for link in outline.links if (said := _about_link(link, outline.names, failures))),
        *(Finding(_repeated(name), place) for name, place in outline.repeated),
    ]


def _about_headings(outline: Outline) -> Iterator[Finding]:
    above = 1
    for heading in outline.headings:
        if not heading.text:
            yield Finding(_("A heading is empty. Write it, or take it away."), heading.place)
            continue
        if heading.level > above + 1:
            said = _("The heading “%(text)s” has level %(level)s, but no heading of level %(missing)s stands above it.")
            values = {"text": heading.text, "level": heading.level, "missing": above + 1}
            yield Finding(said % values, heading.place)
        above = heading.level


def _undescribed(picture: Picture) -> str:
    if picture.description is None:
        said = _("The picture “%(name)s” has no description, not even an empty one. Say what it shows.")
        nameless = _("A picture has no description, not even an empty one. Say what it shows.")
    else:
        said = _(
            "The picture “%(name)s” has no description. Say what it shows, unless it is there for decoration only."
        )
        nameless = _("A picture has no description. Say what it shows, unless it is there for decoration only.")
    return said % {"name": picture.name} if picture.name else nameless


def _about_link(link: Link, names: frozenset[str], failures: dict[str, Failure]) -> str | None:
    if not link.address or link.address == "#":
        said = _("The link “%(text)s” leads nowhere. Choose where it should lead, or take the link away.")
        return said % {"text": link.text} if link.text else None
    values = {"text": link.text or link.address, "address": link.address}
    if not link.text:
        return _("A link to %(address)s has no words. Write what it leads to.") % values
    if link.address.startswith("#"):
        name = link.address[1:]
        if name in names or unquote(name) in names or name.lower() == "top":
            return None
        return (
            _("The link “%(text)s” leads to %(address)s, but nothing on this page has that name. Correct it.") % values
        )
    match failures.get(link.address):
        case Failure.UNPUBLISHED:
            return (
                _("The link “%(text)s” leads to %(address)s, a page that nobody can read until it is published.")
                % values
            )
        case Failure.MISSING:
            return _("The link “%(text)s” leads to %(address)s, but there is nothing there. Correct it.") % values
    return None


def _repeated(name: str) -> str:
    said = _("Two places on this page are named “#%(name)s”: links reach only the first. Rename one of them.")
    return said % {"name": name}
