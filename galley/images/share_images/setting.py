"""Breaks a title into lines, in the largest size in which it has room."""

from dataclasses import dataclass
from pathlib import Path

from PIL import ImageFont

from galley.images.share_images.faces import load_face

SIZES = (136, 120, 104, 92, 82, 74, 66, 58, 52, 46, 42, 38, 34)
LEADING = 1.14


@dataclass(frozen=True)
class SetTitle:
    """The lines of a title, their font, and the distance from one to the next in pixels."""

    lines: list[str]
    font: ImageFont.FreeTypeFont
    leading: int


def set_title(text: str, face: Path, width: int, height: int) -> SetTitle:
    """Return `text` in lines that fit into `width` × `height` pixels; too long a text is cut off with an ellipsis."""
    for size in SIZES:
        font, leading = load_face(face, size), round(size * LEADING)
        lines = break_lines(text, font, width)
        if len(lines) * leading <= height:
            return SetTitle(_balance(text, font, width, len(lines)), font, leading)
    lines = lines[: height // leading]
    lines[-1] = _cut(lines[-1], font, width)
    return SetTitle(lines, font, leading)


def break_lines(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Return `text` in lines of at most `width` pixels, broken at spaces, and in a word only if that is too wide."""
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
    """Return `word` in pieces that fit: as Chinese and Japanese are broken, which have no spaces."""
    pieces = [""]
    for character in word:
        if pieces[-1] and font.getlength(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _balance(text: str, font: ImageFont.FreeTypeFont, width: int, number: int) -> list[str]:
    """Return `text` in `number` lines that are as equal as may be."""
    low, high = width // 3, width
    while high - low > 8:
        middle = (low + high) // 2
        low, high = (low, middle) if len(break_lines(text, font, middle)) <= number else (middle, high)
    return break_lines(text, font, high)


def _cut(line: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    while line and font.getlength(f"{line}…") > width:
        line = line[:-1]
    return f"{line.rstrip()}…"
