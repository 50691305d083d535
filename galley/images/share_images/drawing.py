"""Draws a share image: a proof of the page's title with the proof-readers' marks of `components/marks.svg`."""

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO

from django.template.loader import get_template
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
DOT, DOT_DISTANCE = 8, 22
COLOURS = 64
# Marks are drawn several times as large and scaled down, for smooth edges.
OVERSAMPLING = 4
CURVE_STEPS = 24

Point = tuple[float, float]
_SYMBOL = '<symbol id="mark-{}".*?</symbol>'
_COMMAND = re.compile(r"([Mch])([^Mch]*)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")


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
        _stamp(image, draw_mark("stet", 360, 14), (LEFT, 160))
    file = BytesIO()
    image.quantize(COLOURS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_sheet(image: Image.Image, draw: ImageDraw.ImageDraw, text: ShareImageText) -> None:
    """Draw the header, the footer, the rules and the crop marks."""
    _stamp(image, draw_mark("dele", 56, 4.5), (LEFT - 8, 44))
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
    dot = draw_dot(DOT)
    for dot_x in range(round(start), round(start + length) - DOT + 1, DOT_DISTANCE):
        _stamp(image, dot, (dot_x, round(y + title.font.size * 0.34)))
    _stamp(image, draw_mark("stet", 108, 5.5), (MARGIN + 8, round(y - 70)))


def _stamp(image: Image.Image, mask: Image.Image, position: tuple[int, int]) -> None:
    x, y = position
    image.paste(RED, (x, y, x + mask.width, y + mask.height), mask)


@cache
def draw_mark(name: str, size: int, stroke: float) -> Image.Image:
    """Return the mark `name` as a mask, `size` pixels wide and high, with lines of `stroke` pixels."""
    scale = size * OVERSAMPLING / 24
    mask = Image.new("L", (size * OVERSAMPLING, size * OVERSAMPLING))
    draw = ImageDraw.Draw(mask)
    radius = stroke * OVERSAMPLING / 2
    for line in _lines(name):
        points = [(x * scale, y * scale) for x, y in line]
        draw.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return mask.resize((size, size), Image.Resampling.LANCZOS)


@cache
def draw_dot(size: int) -> Image.Image:
    """Return a dot as a mask, `size` pixels wide and high."""
    large = size * OVERSAMPLING
    mask = Image.new("L", (large, large))
    ImageDraw.Draw(mask).ellipse((0, 0, large - 1, large - 1), fill=255)
    return mask.resize((size, size), Image.Resampling.LANCZOS)


@cache
def _lines(name: str) -> list[list[Point]]:
    """Return the lines of a mark in the units of its drawing, 24 × 24, with curves as polylines."""
    drawing = get_template("components/marks.svg").template.source  # type: ignore[attr-defined]
    symbol = re.search(_SYMBOL.format(name), drawing, re.DOTALL)
    paths = re.findall(r' d="([^"]+)"', symbol[0]) if symbol else []
    return [line for path in paths for line in _parse_path(path)]


def _parse_path(path: str) -> Iterator[list[Point]]:
    """Yield the lines of an SVG path of the commands M (move to), c (curve) and h (horizontal line)."""
    line: list[Point] = []
    for command, text in _COMMAND.findall(path):
        numbers = [float(number) for number in _NUMBER.findall(text)]
        if command == "M":
            if line:
                yield line
            line = [(numbers[0], numbers[1])]
        elif command == "h":
            line.append((line[-1][0] + numbers[0], line[-1][1]))
        else:
            for start in range(0, len(numbers), 6):
                line += _curve(line[-1], numbers[start : start + 6])
    yield line


def _curve(origin: Point, numbers: list[float]) -> Iterator[Point]:
    """Yield points of a cubic Bézier curve, whose control points `numbers` are relative to `origin`."""
    x, y = origin
    x1, y1, x2, y2, x3, y3 = numbers
    for step in range(1, CURVE_STEPS + 1):
        t = step / CURVE_STEPS
        a, b, c = 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        yield x + a * x1 + b * x2 + c * x3, y + a * y1 + b * y2 + c * y3
