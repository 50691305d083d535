"""The headings in the HTML of a page's text: levels without gaps, a unique id for each, and a link to itself."""

import re
from collections import Counter
from dataclasses import dataclass
from html import unescape

import nh3
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

from galley.markdown.anchors import make_id, make_unique
from galley.markdown.sanitising import MATH_ATTRIBUTES, MATH_TAGS

# What the templates around a text call their own parts: a heading of the same words gets a number.
FRAME_IDS = frozenset(
    {"main", "contents-label", "tags-label", "links-label", "related-label", "latest-posts", "featured-projects"}
    | {"listing", "listing-status", "contact", "contact-send", "contact-status", "search", "search-words"}
)

_HEADING = re.compile(r'<h([2-6])((?:\s(?:[^>"]|"[^"]*")*)?)>(.*?)</h\1>', re.DOTALL)
_ID = re.compile(r'\sid="([^"]*)"')
_ID_OF_TAG = re.compile(r'<[a-z][^<>]*?\sid="([^"]*)"')
_FOOTNOTE = re.compile(r'<sup class="footnote-ref">.*?</sup>', re.DOTALL)
_label_cleaner = nh3.Cleaner(tags={"code", "em", "i", *MATH_TAGS}, attributes=MATH_ATTRIBUTES)


@dataclass(frozen=True)
class Heading:
    """A heading of a text: its level (2 to 6), its id, and its words as HTML without links."""

    level: int
    id: str
    label: SafeString


def anchor_headings(html: str) -> SafeString:
    """Return `html`, which is safe, with an id and a link to itself for each heading that has no id."""

    def anchor(match: re.Match[str]) -> str:
        level, attributes, content = match.groups()
        if _ID.search(attributes):
            return match[0]
        name = _id_of_words(content)
        if "<a" not in content:
            content = format_html('<a class="anchor" href="#{}">{}</a>', name, mark_safe(content))
        return f'<h{level}{attributes} id="{name}">{content}</h{level}>'

    return mark_safe(_HEADING.sub(anchor, str(html)))


def settle_headings(html: str) -> SafeString:
    """Return the `html` of a whole text with an id for each heading that nothing else on the page has, and no level
    left out: a text that begins with a fourth level under the page's title says there what others say in the second.

    The first of several headings with the same words keeps their id, so that links to it go on leading there.
    """
    own = Counter(present[1] for heading in _HEADING.finditer(html) if (present := _ID.search(heading[2])))
    taken = Counter(_ID_OF_TAG.findall(html)) - own + Counter(FRAME_IDS)
    levels = Levels()

    def settle(match: re.Match[str]) -> str:
        written, attributes, content = match.groups()
        level = levels.settle(int(written))
        present = _ID.search(attributes)
        wanted = present[1] if present else _id_of_words(content)
        unique = make_unique(wanted, taken)
        if present and unique == wanted and level == int(written):
            return match[0]
        attributes = f'{_ID.sub("", attributes)} id="{unique}"'
        content = content.replace(f'href="#{wanted}"', f'href="#{unique}"', 1)
        return f"<h{level}{attributes}>{content}</h{level}>"

    return mark_safe(_HEADING.sub(settle, html))


class Levels:
    """The levels of a text's headings, one after the other, under a title of the first level."""

    def __init__(self) -> None:
        # Of the headings above the next one: the level that was written.
        self._above = [1]

    def settle(self, written: int) -> int:
        """Return the level of the next heading: one below the nearest that is above it as they were written."""
        while len(self._above) > 1 and self._above[-1] >= written:
            self._above.pop()
        self._above.append(written)
        return len(self._above)


def find_headings(html: str, deepest: int = 3) -> list[Heading]:
    """Return the headings with words in the settled `html` of a text, down to the level `deepest`."""
    return [
        Heading(int(level), unescape(present[1]), _label(content))
        for level, attributes, content in _HEADING.findall(html)
        if int(level) <= deepest and (present := _ID.search(attributes)) and strip_tags(content).strip()
    ]


def _id_of_words(content: str) -> str:
    return make_id(unescape(strip_tags(content)))


def _label(content: str) -> SafeString:
    return mark_safe(_label_cleaner.clean(_FOOTNOTE.sub("", content)).strip())
