"""The typefaces of share images, and which of them has the characters of a text."""

import unicodedata
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from PIL import ImageFont

FONTS = Path(__file__).parent / "fonts"
TITLES = FONTS / "literata-display.ttf"
LABELS = FONTS / "instrument-sans.ttf"
# What no font has: it is drawn as whatever the font draws for a character that it lacks.
NO_CHARACTER = "\U0010fffe"
TEST_SIZE = 24


@lru_cache(maxsize=64)
def load_face(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """Return the font at `path` in a size in pixels."""
    return ImageFont.truetype(str(path), size)


def choose_face(text: str, first: Path) -> tuple[Path, str]:
    """Return the font that has most letters of `text`, `first` if it has all, and what of the text that font has.

    Others are the fonts of the machine that `SHARE_IMAGE_FONTS` names, in their order: a text is set in one of them as
    a whole, since its letters join and change direction across words.
    """
    faces = [first, *(Path(path) for path in settings.SHARE_IMAGE_FONTS if Path(path).is_file())]
    letters = [character for character in text if character.isalnum()]
    best = max(faces, key=lambda path: sum(_has(path, letter) for letter in letters))
    return best, " ".join("".join(character for character in text if _has(best, character)).split())


@lru_cache(maxsize=20_000)
def _has(path: Path, character: str) -> bool:
    if character.isspace():
        return True
    if unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"}:
        return False
    face = load_face(path, TEST_SIZE)
    return bytes(face.getmask(character)) != bytes(face.getmask(NO_CHARACTER))


def reads_from_right(text: str) -> bool:
    """Return whether the first letter of `text` that has a direction is of a script written from right to left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((one in {"R", "AL"} for one in directions if one in {"L", "R", "AL"}), False)
