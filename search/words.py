"""The words of a text in a normal form, of which index and query consist. So both databases find the same."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# PostgreSQL takes up to 2,046 bytes.
LONGEST_WORD = 255

# Thai, Lao, Burmese, Khmer, Kana and Han are written without spaces. Emoji often stand beside words without a space.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
_EMOJI = "\u2600-\u2767\u2776-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_MARKS = "".join(mark for mark in map(chr, range(0x300, 0x1F000)) if unicodedata.category(mark)[0] == "M")
# Marks that make another letter, as vowel signs do. Texts are also written without the others: accents (combining
# classes from 200), and the points of Hebrew and Arabic (10 to 36).
_SIGNS = "".join(mark for mark in _MARKS if unicodedata.combining(mark) not in {*range(10, 37), *range(200, 256)})
# What continues a word: marks, joiners, the soft hyphen, and the voicing marks of narrow Kana.
_CONTINUING = f"[{_MARKS}\u00ad\u200c-\u200f\u2060\ufeff\uff9e\uff9f\U000e0100-\U000e01ef]"
_LETTER = rf"[^\W_{_UNSPACED}\uff9e\uff9f]"
_CHARACTER = rf"(?:(?=[^\W_])[{_UNSPACED}]|[{_EMOJI}]){_CONTINUING}*"
# The first alternative does nothing else than the others, but faster.
_ASCII = r"[0-9A-Za-z]++(?![^\x00-\x7f])"
_WORD = re.compile(rf"{_ASCII}|{_CHARACTER}(?=({_CHARACTER})?)|{_LETTER}+(?:{_CONTINUING}+{_LETTER}*)*")
# Variants of emoji and enclosing marks are left out too.
_IGNORED = re.compile(rf"[^\w{_SIGNS}{_EMOJI}]|[_\u20dd-\u20e4\ufe00-\ufe0f]")

# Letters that keyboards lack and that NFKD doesn't take apart, as they are written instead. Only Turkish has two
# letters i, and their capitals are written for both. The last is a stroke that makes Arabic words longer.
_SPELLINGS = str.maketrans({"ı": "i", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "\u0640": None})


def find_words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the words of `text` in their normal form, and where they start and end.

    Where no spaces separate words, these are all pairs of characters, and the last character.
    """
    for match in _WORD.finditer(text):
        start, end = match.start(), match.end(match.lastindex or 0)
        if word := _normalise(text[start:end][:LONGEST_WORD]):
            yield word, start, end


@lru_cache(maxsize=2_048)
def _normalise(word: str) -> str:
    """Return `word` in lower case, without accents and variants of letters (NFKC)."""
    plain = _IGNORED.sub("", unicodedata.normalize("NFKD", word.casefold()))
    return unicodedata.normalize("NFKC", plain.casefold().translate(_SPELLINGS))[:LONGEST_WORD]
