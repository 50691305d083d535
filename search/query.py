"""What a visitor looks for: a line of text, whatever it holds, and the words in it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

# More than this of a text isn't read: every word costs time, and nobody looks for that many.
LONGEST_TEXT = 200
MOST_WORDS = 10
# A shorter beginning is shared by so many words that putting their places together would take long.
SHORTEST_BEGINNING = 3

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Word:
    """A word to be found; with `is_beginning`, those that begin with it as well."""

    text: str
    is_beginning: bool


@dataclass(frozen=True)
class Query:
    """A text as it stands in the field, and the words in it. `is_shortened`: there was more than is looked for."""

    text: str
    words: tuple[Word, ...]
    is_shortened: bool = False

    @property
    def whole_words(self) -> tuple[Word, ...]:
        """The words, none of them as the beginning of others."""
        return tuple(Word(word.text, is_beginning=False) for word in self.words)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return what to look for. Marks, operators and what is no text at all part words and mean nothing."""
        line = " ".join(_readable(text[: LONGEST_TEXT + 1]).split())
        read = unicodedata.normalize("NFC", line[:LONGEST_TEXT]).lower()
        words = list(dict.fromkeys(_WORD.findall(read)))
        return cls(
            line[:LONGEST_TEXT],
            tuple(Word(word, _is_beginning(word)) for word in words[:MOST_WORDS]),
            is_shortened=len(text) > LONGEST_TEXT or len(words) > MOST_WORDS,
        )


def _readable(text: str) -> str:
    """Return `text` without halves of characters, which no database and no address takes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", " ")


def _is_beginning(word: str) -> bool:
    # One character of Chinese or Japanese says more than three letters, and words aren't parted by spaces there.
    return len(word) >= SHORTEST_BEGINNING or not word.isascii()
