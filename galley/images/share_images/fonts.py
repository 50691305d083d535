"""The fonts of share images, and line breaking: the largest size in which a title fits."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from PIL import ImageFont

FONTS = Path(__file__).parent / "fonts"
TITLE_FONT = FONTS / "literata-display.ttf"
LABEL_FONT = FONTS / "instrument-sans.ttf"
# The default of the setting SHARE_IMAGE_FONTS: where Debian installs Noto CJK and DejaVu.
FALLBACK_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)

SIZES = (136, 120, 104, 92, 82, 74, 66, 58, 52, 46, 42, 38, 34)
LINE_HEIGHT = 1.14

# A noncharacter, for which every font draws its sign for missing characters.
_MISSING = "\U0010fffe"
_TEST_SIZE = 24


@lru_cache(maxsize=64)
def load_font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """Return the font at `path` in a size in pixels."""
    return ImageFont.truetype(str(path), size)


def choose_font(text: str, preferred: Path) -> tuple[Path, str]:
    """Return the font that has most letters of `text`, and `text` without the characters that it lacks.

    The candidates are `preferred` and the fonts of the setting SHARE_IMAGE_FONTS; the first of equals wins. One font is
    used for the whole text, since letters join and change direction across words.
    """
    fallbacks = getattr(settings, "SHARE_IMAGE_FONTS", None)
    paths = map(Path, FALLBACK_FONTS if fallbacks is None else fallbacks)
    fonts = [preferred, *(path for path in paths if path.is_file())]
    letters = [character for character in text if character.isalnum()]
    best = max(fonts, key=lambda path: sum(_has_glyph(path, letter) for letter in letters))
    return best, " ".join("".join(character for character in text if _has_glyph(best, character)).split())


@lru_cache(maxsize=20_000)
def _has_glyph(path: Path, character: str) -> bool:
    if character.isspace():
        return True
    if unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"}:
        return False
    font = load_font(path, _TEST_SIZE)
    return bytes(font.getmask(character)) != bytes(font.getmask(_MISSING))


def is_right_to_left(text: str) -> bool:
    """Return whether the first letter of `text` that has a direction is from a right-to-left script."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((one in {"R", "AL"} for one in directions if one in {"L", "R", "AL"}), False)


@dataclass(frozen=True)
class FittedTitle:
    """The lines of a title, their font, and the line height in pixels."""

    lines: list[str]
    font: ImageFont.FreeTypeFont
    line_height: int


def fit_title(text: str, font_path: Path, width: int, height: int) -> FittedTitle:
    """Return `text` in lines that fit into `width` × `height` pixels; a text that is too long ends with an ellipsis."""
    for size in SIZES:
        font, line_height = load_font(font_path, size), round(size * LINE_HEIGHT)
        lines = break_lines(text, font, width)
        if len(lines) * line_height <= height:
            return FittedTitle(_balance(text, font, width, len(lines)), font, line_height)
    lines = lines[: height // line_height]
    lines[-1] = truncate(lines[-1], font, width)
    return FittedTitle(lines, font, line_height)


def break_lines(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Return `text` in lines of at most `width` pixels, broken at spaces, and within words that are too wide."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if font.getlength(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _break_word(word, font, width)
        lines += full
    return [*lines, line] if line else lines


def _break_word(word: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Return `word` in pieces that fit. Chinese and Japanese, which have no spaces, are broken like this."""
    pieces = [""]
    for character in word:
        if pieces[-1] and font.getlength(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _balance(text: str, font: ImageFont.FreeTypeFont, width: int, count: int) -> list[str]:
    """Return `text` in `count` lines of about the same width."""
    low, high = width // 3, width
    while high - low > 8:
        middle = (low + high) // 2
        low, high = (low, middle) if len(break_lines(text, font, middle)) <= count else (middle, high)
    return break_lines(text, font, high)


def truncate(line: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """Return the beginning of `line` with an ellipsis, at most `width` pixels wide."""
    while line and font.getlength(f"{line}…") > width:
        line = line[:-1]
    return f"{line.rstrip()}…"
