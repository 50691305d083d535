"""Excerpts of text around the words of a query, with the words marked."""

import re
from collections.abc import Iterator, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.query import Word
from search.words import find_words

# The length of an excerpt, and how much of it comes before the first word found.
LENGTH = 240
BEFORE = 70
# The database also finds other forms of a word, such as 'printing' for 'printed'. Then the stem is marked.
ENDING = 3
SHORTEST_STEM = 4

# The search index separates the blocks of a text by commas.
_JOINT = re.compile(r"(?<=[.:;!?…”’]), ")


class Marker:
    """Marks `words` in texts."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = {word.text for word in words}
        self._beginnings = tuple(word.text for word in words if word.is_beginning)
        self._stems = tuple(
            word.text[: max(SHORTEST_STEM, len(word.text) - ENDING)] for word in words if len(word.text) > SHORTEST_STEM
        )

    def mark(self, text: str) -> SafeString:
        """Return all of `text` as escaped HTML, with `<mark>` around the words."""
        parts, end = [], 0
        for start, stop in self._find(text):
            # Pairs of characters overlap.
            parts += [escape(text[end:start]), f"<mark>{escape(text[max(start, end) : stop])}</mark>"]
            end = stop
        return mark_safe("".join([*parts, escape(text[end:])]).replace("</mark><mark>", ""))

    def cut_out(self, text: str) -> SafeString:
        """Return an excerpt of `text` around the first of the words, marked, or else its beginning."""
        text = _JOINT.sub(" ", " ".join(text.split()))
        first = next(self._find(text), (0, 0))[0]
        start = _word_start(text, first - BEFORE, first)
        end = _word_end(text, start + LENGTH)
        return mark_safe(f"{'… ' if start else ''}{self.mark(text[start:end])}{' …' if end < len(text) else ''}")

    def _find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where the words stand in `text`, or if none does, where their stems do."""
        stems, is_found = [], False
        for word, start, end in find_words(text):
            if word in self._words or word.startswith(self._beginnings):
                is_found = True
                yield start, end
            elif not is_found and word.startswith(self._stems):
                stems.append((start, end))
        if not is_found:
            yield from stems


def _word_start(text: str, place: int, latest: int) -> int:
    return 0 if place <= 0 else max(place, text.find(" ", place, latest) + 1)


def _word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    space = text.rfind(" ", 0, place)
    return space if space > place - BEFORE else place
