"""A rendered page to its outline: how long it is, its headings, and the pictures and links in it.

Only the page's own content counts: what stands in `main`, or in the body where there is none, without menus and forms.
The parser is Lexbor's, which reads HTML as browsers do: any text is a document to it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

HEADINGS = "h1, h2, h3, h4, h5, h6"
PICTURES = "img:not([role=presentation], [role=none])"
NO_CONTENT = frozenset({"nav", "form", "script", "style", "template", "noscript", "svg", "iframe", "object", "head"})
INLINE = frozenset(
    "a abbr b bdi cite code data del dfn em i ins kbd label mark q s samp small span strong sub sup time u".split()  # noqa: SIM905
) | {"var", "wbr", "-comment"}
WORDS_A_MINUTE = 220
CHARACTERS_A_MINUTE = 400
LONGEST_NAME = 80
MOST_OF_A_KIND = 500

# Han, Hiragana and Katakana are written without spaces: each character counts as a word.
UNSPACED = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
BREAKS = re.compile(r"[\s—–…/|]+")
LETTER = re.compile(r"[^\W_]")
# A rendition that is named by nothing but Wagtail's filter.
FILTER = re.compile(r"original|(?:fill|height|max|min|scale|width)-\d+(?:x\d+)?(?:-c\d+)?")


@dataclass(frozen=True)
class Place:
    """Where something stands: the content path of the nearest field that has one (else empty), and the how-manieth of
    the elements that match `selector` it is in the document."""

    path: str
    selector: str
    index: int


class Heading(NamedTuple):
    """A heading; its text may be empty."""

    level: int
    text: str
    place: Place


class Picture(NamedTuple):
    """A picture: its file's name, and its description; None if it doesn't even have an empty one."""

    name: str
    description: str | None
    place: Place


class Link(NamedTuple):
    """A link: where it leads (None without `href`), and what stands for it on the page."""

    address: str | None
    text: str
    place: Place


class Outline(NamedTuple):
    """What a page is made of. `names` are the ids that links can lead to, `repeated` those that come twice."""

    words: int
    minutes: int
    headings: tuple[Heading, ...]
    pictures: tuple[Picture, ...]
    links: tuple[Link, ...]
    names: frozenset[str]
    repeated: tuple[tuple[str, Place], ...]


def read_outline(html: str) -> Outline:
    """Return the outline of the document `html`, whatever state it is in."""
    page = _Content(LexborHTMLParser(html))
    headings = tuple(Heading(int((node.tag or "h1")[1]), _shown(node), place) for node, place in page.find(HEADINGS))
    pictures = tuple(_picture(node, place) for node, place in page.find(PICTURES) if not _decorates(node))
    links = tuple(_link(node, place) for node, place in page.find("a") if not _is_target(node))
    names, repeated = page.names()
    words, minutes = measure(page.take_text())
    return Outline(words, minutes, headings, pictures, links, names, repeated)


def measure(text: str) -> tuple[int, int]:
    """Return how many words `text` has, and how many minutes it takes to read, in any script."""
    characters = len(UNSPACED.findall(text))
    words = sum(1 for word in BREAKS.split(UNSPACED.sub(" ", text)) if LETTER.search(word))
    minutes = words / WORDS_A_MINUTE + characters / CHARACTERS_A_MINUTE
    return words + characters, max(round(minutes), 1 if words + characters else 0)


class _Content:
    """The part of a document that its author has written."""

    def __init__(self, document: LexborHTMLParser) -> None:
        self._document = document
        self._root = document.css_first("main") or document.body
        self._paths: dict[int, str | None] = {}

    def find(self, selector: str) -> Iterator[tuple[LexborNode, Place]]:
        """Yield the content's elements that match, the first few hundred, each with its place."""
        for index, node in enumerate(self._document.css(selector)[:MOST_OF_A_KIND]):
            path = self._content_path(node)
            if path is not None:
                yield node, Place(path, selector, index)

    def names(self) -> tuple[frozenset[str], tuple[tuple[str, Place], ...]]:
        """Return the ids that links can lead to, in the whole document, and those of the content that come again."""
        seen: set[str] = set()
        repeated = []
        for index, node in enumerate(self._document.css("[id], a[name]")):
            name = node.attributes.get("id") or node.attributes.get("name") or ""
            path = self._content_path(node) if name and name in seen else None
            if path is not None:
                repeated.append((name, Place(path, "[id], a[name]", index)))
            seen.add(name)
        return frozenset(seen), tuple(repeated)

    def take_text(self) -> str:
        """Return the content's text, with a space wherever the page breaks the line. What isn't content is cut off."""
        if self._root is None:
            return ""
        for node in self._root.css(", ".join(NO_CONTENT | {"header", "footer"})):
            if self._content_path(node) is None:
                node.remove()
        return "".join(_pieces(self._root))

    def _content_path(self, node: LexborNode) -> str | None:
        """Return the content path of the nearest field around `node`, or None if it is outside of the content."""
        climbed = []
        current: LexborNode | None = node
        while current is not None and current.mem_id not in self._paths:
            climbed.append(current)
            current = current.parent
        path = self._paths[current.mem_id] if current is not None else None
        for element in reversed(climbed):
            if self._root is not None and element.mem_id == self._root.mem_id:
                path = ""
            if path is not None:
                path = None if _is_no_content(element) else element.attributes.get("data-contentpath") or path
            self._paths[element.mem_id] = path
        return path


def _is_no_content(node: LexborNode) -> bool:
    if node.tag in ("header", "footer"):
        return node.parent is not None and node.parent.tag == "body"
    return node.tag in NO_CONTENT


def _pieces(root: LexborNode) -> Iterator[str]:
    for node in root.traverse(include_text=True):
        if node.is_text_node:
            before = node.prev
            yield " " if before is not None and before.tag not in INLINE else ""
            yield node.text_content or ""
        elif node.tag not in INLINE:
            yield " "


def _shown(node: LexborNode) -> str:
    """Return what names `node` on the page: its label, its text, or the descriptions of the pictures in it."""
    label = node.attributes.get("aria-label") or node.text()
    if not label.strip():
        label = " ".join(image.attributes.get("alt") or "" for image in node.css("img"))
    label = " ".join(label.split())
    return label if len(label) <= LONGEST_NAME else f"{label[: LONGEST_NAME - 1]}…"


def _picture(node: LexborNode, place: Place) -> Picture:
    attributes = node.attributes
    description = (attributes["alt"] or "").strip() if "alt" in attributes else None
    return Picture(_file_name(attributes.get("src") or ""), description, place)


def _file_name(address: str) -> str:
    """Return what an author knows the file by: without folders and the sizes that Wagtail appends; empty if unknown."""
    try:
        path = urlsplit(address).path if not address.startswith("data:") else ""
    except ValueError:
        return ""
    name = unquote(path.rsplit("/", 1)[-1].split(".")[0])[:LONGEST_NAME]
    return "" if FILTER.fullmatch(name) else name


def _decorates(node: LexborNode) -> bool:
    """Whether the picture is hidden from readers, or has an empty description in a link that has words of its own."""
    is_described = "alt" not in node.attributes or bool(node.attributes["alt"])
    element: LexborNode | None = node
    while element is not None:
        if element.attributes.get("aria-hidden") == "true":
            return True
        if element.tag == "a" and not is_described and _shown(element):
            return True
        element = element.parent
    return False


def _link(node: LexborNode, place: Place) -> Link:
    address = node.attributes["href"] or "" if "href" in node.attributes else None
    return Link(address.strip() if address is not None else None, _shown(node), place)


def _is_target(node: LexborNode) -> bool:
    """Whether the `a` element is no link but a place that links lead to."""
    return "href" not in node.attributes and not {"id", "name"}.isdisjoint(node.attributes)
