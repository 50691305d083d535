"""Excerpts of text around the words of a query, with the words marked."""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.query import Word

# The length of an excerpt, and how much of it comes before the first word found.
LENGTH = 240
BEFORE = 70
# The database also finds other forms of a word, such as 'printing' for 'printed'. Then the stem is marked.
ENDING = 3
SHORTEST_STEM = 4

# The search index separates the blocks of a text by commas.
_JOINT = re.compile(r"(?<=[.:;!?…”’]), ")
_ANY_LETTERS, _NO_LETTER, _NO_LETTER_BEFORE = r"[^\W_]*", r"(?![^\W_])", r"(?<![^\W_])"

# The index ignores accents. Each letter is replaced by exactly one, so that positions stay the same.
_PLAIN = {
    number: letters[0]
    for number in [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]
    if len(letters := unicodedata.normalize("NFD", chr(number))) > 1
}


class Marker:
    """Marks `words` in texts."""

    def __init__(self, words: Iterable[Word]) -> None:
        plain = [(word.text.translate(_PLAIN), word.is_beginning) for word in words]
        self._exact = _compile(plain)
        self._stems = _compile(
            (text[: max(SHORTEST_STEM, len(text) - ENDING)], True) for text, _ in plain if len(text) > SHORTEST_STEM
        )

    def mark(self, text: str) -> SafeString:
        """Return all of `text` as escaped HTML, with `<mark>` around the words."""
        parts, end = [], 0
        for start, stop in self._find(text):
            parts += [escape(text[end:start]), f"<mark>{escape(text[start:stop])}</mark>"]
            end = stop
        return mark_safe("".join([*parts, escape(text[end:])]))

    def cut_out(self, text: str) -> SafeString:
        """Return an excerpt of `text` around the first of the words, marked, or else its beginning."""
        text = _JOINT.sub(" ", " ".join(text.split()))
        found = self._find(text)
        start = min(_word_start(text, found[0][0] - BEFORE), found[0][0]) if found else 0
        end = _word_end(text, start + LENGTH)
        return mark_safe(f"{'… ' if start else ''}{self.mark(text[start:end])}{' …' if end < len(text) else ''}")

    def _find(self, text: str) -> list[tuple[int, int]]:
        plain = text.translate(_PLAIN)
        for pattern in (self._exact, self._stems):
            if pattern and (found := [match.span() for match in pattern.finditer(plain)]):
                return found
        return []


def _compile(words: Iterable[tuple[str, bool]]) -> re.Pattern[str] | None:
    """Return a pattern for words and beginnings of words. As in the index, `_` separates words."""
    alternatives = [
        re.escape(text) + (_ANY_LETTERS if is_beginning else _NO_LETTER)
        for text, is_beginning in sorted(words, key=lambda word: -len(word[0]))
    ]
    return re.compile(f"{_NO_LETTER_BEFORE}(?:{'|'.join(alternatives)})", re.IGNORECASE) if alternatives else None


def _word_start(text: str, place: int) -> int:
    return 0 if place <= 0 else text.find(" ", place) + 1


def _word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    space = text.rfind(" ", 0, place)
    return space if space > place - BEFORE else place
