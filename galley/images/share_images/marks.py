"""Draws the proof-readers' marks of `templates/components/marks.svg`: the same drawing as on the pages."""

import re
from collections.abc import Iterator
from functools import cache

from django.template.loader import get_template
from PIL import Image, ImageDraw

Point = tuple[float, float]
# Drawn so many times as large and then made smaller, for smooth edges.
OVERSAMPLING = 4
STEPS = 24
_SYMBOL = '<symbol id="mark-{}".*?</symbol>'
_COMMAND = re.compile(r"([Mch])([^Mch]*)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")


@cache
def draw_mark(name: str, size: int, stroke: float) -> Image.Image:
    """Return the mark `name`, `size` pixels wide and high, as a mask; its lines are `stroke` pixels wide."""
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
    """Return a dot, `size` pixels wide, as a mask."""
    large = size * OVERSAMPLING
    mask = Image.new("L", (large, large))
    ImageDraw.Draw(mask).ellipse((0, 0, large - 1, large - 1), fill=255)
    return mask.resize((size, size), Image.Resampling.LANCZOS)


@cache
def _lines(name: str) -> list[list[Point]]:
    """Return the lines of a mark in the units of its drawing, 24 × 24, curves as many short lines."""
    drawing = get_template("components/marks.svg").template.source  # type: ignore[attr-defined]
    symbol = re.search(_SYMBOL.format(name), drawing, re.DOTALL)
    paths = re.findall(r' d="([^"]+)"', symbol[0]) if symbol else []
    return [line for path in paths for line in _follow(path)]


def _follow(path: str) -> Iterator[list[Point]]:
    """Yield the lines of an SVG path of the commands M, c and h: to a place, along curves, to the right."""
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


def _curve(origin: Point, numbers: list[float]) -> list[Point]:
    x, y = origin
    x1, y1, x2, y2, x3, y3 = numbers
    points = []
    for step in range(1, STEPS + 1):
        t = step / STEPS
        a, b, c = 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        points.append((x + a * x1 + b * x2 + c * x3, y + a * y1 + b * y2 + c * y3))
    return points
