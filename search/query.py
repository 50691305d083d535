"""The query of a visitor: a line of any text, and the words in it."""

from dataclasses import dataclass
from typing import Self

from search.words import find_words

# The length of the longest title. Longer texts are cut: every word takes time, and no visitor needs that many.
LONGEST_TEXT = 255
MOST_WORDS = 10
# So many words have a shorter beginning that merging their matches would take too long.
SHORTEST_BEGINNING = 3


@dataclass(frozen=True)
class Word:
    """A word to find. With `is_beginning`, words that begin with it match too."""

    text: str
    is_beginning: bool


@dataclass(frozen=True)
class Query:
    """The text in the search field, and the words in it. `is_shortened`: some of the text is ignored."""

    text: str
    words: tuple[Word, ...]
    is_shortened: bool = False

    @property
    def whole_words(self) -> tuple[Word, ...]:
        """The words, without matches of longer words."""
        return tuple(Word(word.text, is_beginning=False) for word in self.words)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the query for `text`. Punctuation, operators and control characters only separate words."""
        line = " ".join(_readable(text[: LONGEST_TEXT + 1]).split())
        ends: dict[int, str] = {}
        for word, _start, end in find_words(line[:LONGEST_TEXT]):
            # The last of several characters without spaces is in a pair already.
            ends.setdefault(end, word)
        words = list(dict.fromkeys(ends.values()))
        return cls(
            line[:LONGEST_TEXT],
            tuple(Word(word, _is_beginning(word)) for word in words[:MOST_WORDS]),
            is_shortened=len(text) > LONGEST_TEXT or len(words) > MOST_WORDS,
        )


def _readable(text: str) -> str:
    """Return `text` without lone surrogates and NUL, which databases and URLs don't accept."""
    return text.encode("utf-8", "replace").decode().replace("\x00", " ")


def _is_beginning(word: str) -> bool:
    # A Chinese or Japanese character means more than three letters, and no spaces separate words there.
    return len(word) >= SHORTEST_BEGINNING or not word.isascii()
