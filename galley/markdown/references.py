"""Links to the site's own pages, documents and pictures, written `page:12`, `doc:3` and `image:7` in Markdown."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from markdown_it.token import Token
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from galley.markdown.lines import with_lines
from galley.markdown.parser import parser

REFERENCE = re.compile(
    r"(?P<kind>page|doc|image):(?P<number>[0-9]{1,9})(?P<fragment>#.*)?\Z", re.IGNORECASE | re.DOTALL
)
_MENTIONED = re.compile(r"(page|doc|image):([0-9]{1,9})(?![0-9])", re.IGNORECASE)
_INTENDED = re.compile(r"(?P<kind>page|doc|image):(?P<number>[^#]*)", re.IGNORECASE | re.DOTALL)

KIND_NAMES = {"page": "page", "doc": "document", "image": "picture"}


@dataclass(frozen=True)
class Reference:
    """What a link or a picture points to: its kind, and its number in the database."""

    kind: str
    number: int


@dataclass(frozen=True)
class MissingReference:
    """A reference to something that isn't there, and the line of the text in which it stands."""

    line: int
    kind: str
    number: str

    def __str__(self) -> str:
        return f"Line {self.line}: there is no {KIND_NAMES[self.kind]} with the number “{self.number}”."


@dataclass
class Targets:
    """What references point to, fetched with one query for each kind."""

    pages: dict[int, Any] = field(default_factory=dict)
    documents: dict[int, Any] = field(default_factory=dict)
    images: dict[int, Any] = field(default_factory=dict)

    def address(self, reference: Reference) -> str | None:
        """Return where a link to `reference` leads; None if there is nothing there that may be read."""
        if reference.kind == "page":
            page = self.pages.get(reference.number)
            return page.get_url() if page else None
        if reference.kind == "doc":
            document = self.documents.get(reference.number)
            return document.url if document else None
        image = self.images.get(reference.number)
        return image.file.url if image else None


_at_hand: ContextVar[tuple[frozenset[Reference], Targets]] = ContextVar("references_at_hand")


@contextmanager
def references_at_hand(texts: Iterable[str]) -> Iterator[None]:
    """Fetch at once what all the Markdown `texts` may point to, for as long as they are rendered. Blocks."""
    mentioned = frozenset(
        Reference(kind.lower(), int(number)) for text in texts for kind, number in _MENTIONED.findall(text)
    )
    token = _at_hand.set((mentioned, _fetch(mentioned)))
    try:
        yield
    finally:
        _at_hand.reset(token)


def fetch_targets(references: Iterable[Reference]) -> Targets:
    """Return what `references` point to. Pages that aren't published are left out; their titles are never fetched."""
    wanted = set(references)
    mentioned, targets = _at_hand.get((frozenset(), Targets()))
    return targets if wanted <= mentioned else _fetch(wanted)


def _fetch(references: Iterable[Reference]) -> Targets:
    numbers = defaultdict(set)
    for reference in references:
        numbers[reference.kind].add(reference.number)
    targets = Targets()
    if numbers["page"]:
        pages = Page.objects.live().filter(pk__in=numbers["page"])
        targets.pages = {page.pk: page for page in pages.only("url_path", "locale_id")}
    if numbers["doc"]:
        targets.documents = get_document_model().objects.in_bulk(numbers["doc"])
    if numbers["image"]:
        targets.images = get_image_model().objects.in_bulk(numbers["image"])
    return targets


def find_missing_references(text: str) -> list[MissingReference]:
    """Return the references in the Markdown `text` that point to nothing, in the order of their lines.

    A page that exists but isn't published counts as there: it may go live later.
    """
    intended = [
        (line, match["kind"].lower(), match["number"])
        for line, address in _addresses(parser.parse(text))
        if (match := _INTENDED.match(address))
    ]
    existing = _existing_numbers((kind, int(number)) for _, kind, number in intended if _is_number(number))
    return [
        MissingReference(line, kind, number[:40])
        for line, kind, number in intended
        if not (_is_number(number) and int(number) in existing[kind])
    ]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _existing_numbers(wanted: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    models = {"page": Page, "doc": get_document_model(), "image": get_image_model()}
    numbers = defaultdict(set)
    for kind, number in wanted:
        numbers[kind].add(number)
    existing: dict[str, set[int]] = {kind: set() for kind in models}
    for kind, sought in numbers.items():
        existing[kind] = set(models[kind].objects.filter(pk__in=sought).values_list("pk", flat=True))
    return existing


def _addresses(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """Yield every link's and picture's address with the number of its line."""
    for line, token in with_lines(tokens):
        if address := token.attrs.get("href") or token.attrs.get("src"):
            yield line, str(address)
