"""Draws a share image: a proof of the page's title with proof-readers' marks."""

from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from galley.images.share_images import HEIGHT, WIDTH, ShareImageText
from galley.images.share_images.fonts import (
    LABEL_FONT,
    TITLE_FONT,
    FittedTitle,
    choose_font,
    fit_title,
    is_right_to_left,
    load_font,
    truncate,
)

PAPER, INK, INK_LIGHT, RULE, RED = "#f8f4ea", "#1c1916", "#4b453d", "#d6cdb9", "#b01d14"
# The column of the title, and the margin right of it with the marks.
LEFT, RIGHT, TOP, FOOT = 84, 976, 140, 540
MARGIN = 1000
LABEL_SIZE = 30
CROP_MARK = 24
DOT_DISTANCE = 22
COLOURS = 64
MARKS = Path(__file__).parent / "marks"


def draw_share_image(text: ShareImageText) -> bytes:
    """Return the image as PNG. Takes about a tenth of a second."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    _draw_sheet(image, draw, text)
    font_path, title = choose_font(text.title, TITLE_FONT)
    if title:
        fitted = fit_title(title, font_path, RIGHT - LEFT, FOOT - TOP)
        _draw_title(image, draw, fitted, is_right_to_left(title))
    else:  # no font has any of its characters
        _stamp(image, load_mark("stet-360"), (LEFT, 160))
    file = BytesIO()
    image.quantize(COLOURS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_sheet(image: Image.Image, draw: ImageDraw.ImageDraw, text: ShareImageText) -> None:
    """Draw the header, the footer, the rules and the crop marks."""
    _stamp(image, load_mark("dele-56"), (LEFT - 8, 44))
    _draw_label(draw, text.site_name, (LEFT + 56, 73), INK)
    draw.line((LEFT, 112, WIDTH - LEFT, 112), fill=INK, width=2)
    draw.line((MARGIN, 114, MARGIN, 566), fill=RULE, width=2)
    if text.line:
        draw.line((LEFT, 566, WIDTH - LEFT, 566), fill=RULE, width=2)
        _draw_label(draw, text.line, (LEFT, 594), INK_LIGHT)
    for x, edge_x in ((CROP_MARK, 0), (WIDTH - 1 - CROP_MARK, WIDTH - 1)):
        for y, edge_y in ((CROP_MARK, 0), (HEIGHT - 1 - CROP_MARK, HEIGHT - 1)):
            draw.line((edge_x, y, x, y, x, edge_y), fill=INK_LIGHT)


def _draw_label(draw: ImageDraw.ImageDraw, text: str, position: tuple[int, int], colour: str) -> None:
    font_path, text = choose_font(text, LABEL_FONT)
    font, width = load_font(font_path, LABEL_SIZE), WIDTH - LEFT - position[0]
    if font.getlength(text) > width:
        text = truncate(text, font, width)
    draw.text(position, text, font=font, fill=colour, anchor="lm")


def _draw_title(image: Image.Image, draw: ImageDraw.ImageDraw, title: FittedTitle, from_right: bool) -> None:
    """Draw the lines, dots under the last one, and in the margin the mark for `stet`: let it stand."""
    x, anchor = (RIGHT, "rs") if from_right else (LEFT, "ls")
    free = FOOT - TOP - title.line_height * len(title.lines)
    y = TOP + free * 2 // 5 + title.line_height * 4 // 5
    for line in title.lines:
        draw.text((x, y), line, font=title.font, fill=INK, anchor=anchor)
        y += title.line_height
    y -= title.line_height
    length = title.font.getlength(title.lines[-1])
    start = x - length if from_right else x
    dot = load_mark("dot-8")
    for dot_x in range(round(start), round(start + length) - dot.width + 1, DOT_DISTANCE):
        _stamp(image, dot, (dot_x, round(y + title.font.size * 0.34)))
    _stamp(image, load_mark("stet-108"), (MARGIN + 8, round(y - 70)))


def _stamp(image: Image.Image, mask: Image.Image, position: tuple[int, int]) -> None:
    x, y = position
    image.paste(RED, (x, y, x + mask.width, y + mask.height), mask)


@cache
def load_mark(name: str) -> Image.Image:
    """Return a proof-reader's mark as a mask, in the size in which it is stamped."""
    with Image.open(MARKS / f"{name}.png") as mask:
        return mask.convert("L")
