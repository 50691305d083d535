"""The headings of a body: unique ids with links to themselves, levels without gaps, and the table of contents."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

import nh3
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from galley.markdown.sanitising import MATH_ATTRIBUTES, MATH_TAGS, clean_html

MAX_ID_LENGTH = 80
# So much of a heading's text is normalised: long runs of combining marks take quadratic time.
MAX_NAME_LENGTH = 1_000

# Ends before the next heading: where many aren't closed, the end isn't searched through the whole text from each.
_HEADING = re.compile(r'<h([2-6])((?:\s(?:[^>"]|"[^"]*")*)?)>((?:[^<]++|<(?!/?h[2-6][\s>]))*+)</h\1>')
_OPENING_ID = re.compile(r'<h[2-6](?:\s(?:[^>"]|"[^"]*")*)?\sid="([^"]*)"')
_ID = re.compile(r'\sid="([^"]*)"')
_ID_OF_TAG = re.compile(r'<[a-z][^<>]*?\sid="([^"]*)"')
_FOOTNOTE = re.compile(r'<sup class="footnote-ref">.*?</sup>', re.DOTALL)
_label_cleaner = nh3.Cleaner(tags={"code", "em", "i", *MATH_TAGS}, attributes=MATH_ATTRIBUTES)


def heading_id(text: str) -> str:
    """Return the id of a heading with this `text`, in any script."""
    return slugify(text[:MAX_NAME_LENGTH], allow_unicode=True)[:MAX_ID_LENGTH] or "section"


def _make_unique(wanted: str, taken: Counter[str]) -> str:
    unique = wanted
    while taken[unique]:
        unique = f"{wanted}-{taken[wanted] + 1}"
        taken[wanted] += 1
    taken[unique] += 1
    return unique


@dataclass(frozen=True)
class Heading:
    """A heading: its level (2 to 6), its id, and its text as HTML without links."""

    level: int
    id: str
    label: SafeString


def anchor_headings(html: str) -> SafeString:
    """Return `html`, which is safe, with an id and a link to itself for each heading that has no id."""

    def anchor(match: re.Match[str]) -> str:
        level, attributes, content = match.groups()
        if _ID.search(attributes):
            return match[0]
        name = _id_of_content(content)
        if "<a" not in content:
            content = format_html('<a class="anchor" href="#{}">{}</a>', name, mark_safe(content))
        return f'<h{level}{attributes} id="{name}">{content}</h{level}>'

    return mark_safe(_HEADING.sub(anchor, str(html)))


def normalise_headings(html: str, reserved_ids: Iterable[str] = ()) -> SafeString:
    """Return the `html` of a whole body with unique heading ids and no gap between heading levels.

    The levels begin with 2, below the page's title. No heading gets one of the `reserved_ids`, which the page uses
    around the body. The first of several headings with the same text gets the id without a number, so that links to
    it stay valid.
    """
    own = Counter(present[1] for heading in _HEADING.finditer(html) if (present := _ID.search(heading[2])))
    taken = Counter(_ID_OF_TAG.findall(html)) - own + Counter(reserved_ids)
    # The levels, as they were written, of the headings above the next one.
    ancestors = [1]

    def normalise(match: re.Match[str]) -> str:
        written = int(match[1])
        while len(ancestors) > 1 and ancestors[-1] >= written:
            ancestors.pop()
        ancestors.append(written)
        return _set_unique_id(match, len(ancestors), taken)

    return mark_safe(_HEADING.sub(normalise, html))


def number_equal_ids(html: str) -> str:
    """Return `html` with a number added to the id of each heading whose id an earlier heading has."""
    ids = _OPENING_ID.findall(html)
    if len(set(ids)) == len(ids):
        return html
    taken: Counter[str] = Counter()

    def number(match: re.Match[str]) -> str:
        return _set_unique_id(match, int(match[1]), taken) if _ID.search(match[2]) else match[0]

    return _HEADING.sub(number, html)


def _set_unique_id(match: re.Match[str], level: int, taken: Counter[str]) -> str:
    """Return the heading `match` with this level and with an id that isn't in `taken`. Adds the id to `taken`."""
    written, attributes, content = match.groups()
    present = _ID.search(attributes)
    wanted = present[1] if present else _id_of_content(content)
    unique = _make_unique(wanted, taken)
    if present and unique == wanted and level == int(written):
        return match[0]
    attributes = f'{_ID.sub("", attributes)} id="{unique}"'
    content = content.replace(f'href="#{wanted}"', f'href="#{unique}"', 1)
    return f"<h{level}{attributes}>{content}</h{level}>"


def find_headings(html: str, max_level: int = 3) -> list[Heading]:
    """Return the headings with text in the normalised `html` of a body, down to the level `max_level`."""
    return [
        Heading(int(level), unescape(present[1]), _label(content))
        for level, attributes, content in _HEADING.findall(html)
        if int(level) <= max_level and (present := _ID.search(attributes)) and strip_tags(content).strip()
    ]


def _id_of_content(content: str) -> str:
    return heading_id(unescape(strip_tags(content)))


def _label(content: str) -> SafeString:
    return mark_safe(clean_html(_label_cleaner, _FOOTNOTE.sub("", content)).strip())
