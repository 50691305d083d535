"""The places in the layout where pictures stand: how wide each is there, and which shape it is given."""

from dataclasses import dataclass
from typing import Any

# One ladder for every place, so that a picture in a list and on its page are the same file. 660 is a phone's column at
# 1.75 pixels a point or a desktop's at one, 900 a wide picture's at one, 1200 a phone's at three.
WIDTHS = (400, 660, 900, 1200, 1600)
# What has fewer pixels across is not blown up to the width of a text.
FEW_PIXELS = 800


@dataclass(frozen=True)
class Place:
    """A place in the layout.

    `sizes` is the width of pictures there, as in HTML; unless the place is filled whatever the picture, one with few
    pixels is only as wide as it is itself. Its height is from `least` to `most` times its width: what is
    lower or higher by itself is cropped around its focal point.
    """

    sizes: str
    widths: tuple[int, ...] = WIDTHS
    least: float = 0
    most: float = float("inf")
    is_filled: bool = True

    def is_small(self, image: Any) -> bool:
        """Whether `image` is shown here as wide as it is itself."""
        return not self.is_filled and image.width < FEW_PIXELS

    def sizes_of(self, image: Any) -> str:
        """Return the width of `image` here, as in HTML."""
        return f"(max-width: {image.width}px) 90vw, {image.width}px" if self.is_small(image) else self.sizes

    def offers(self, image: Any) -> list[tuple[int, int, str]]:
        """Return width, height and Wagtail's operation of each size of `image` to offer here, the smallest first."""
        own = image.height / image.width
        shape = min(max(own, self.least), self.most)
        # As wide as the part is that is left of the original: nothing is enlarged.
        largest = min(image.width, int(image.height / shape), self.widths[-1])
        widths = [width for width in self.widths if width < largest] + [largest]
        heights = [max(1, round(width * shape)) for width in widths]
        operation = "width-{}" if shape == own else "fill-{}x{}"
        return [(w, h, operation.format(w, h)) for w, h in zip(widths, heights, strict=True)]


# Widths as in css/sheet.css: a gutter of 5 % on phones, from 48rem on a column of 36.5rem beside the left margin,
# from 75rem on margins on both sides.
COLUMN = "(min-width: 48rem) 36.5rem, 90vw"
WIDE = "(min-width: 75rem) {}, (min-width: 48rem) 46rem, 90vw"

PLACES = {
    "lead": Place(WIDE.format("54.5rem"), is_filled=False),
    "column": Place(COLUMN, is_filled=False),
    "wide": Place(WIDE.format("67rem"), is_filled=False),
    "margin": Place("(min-width: 75rem) 15rem, 20rem"),
    "gallery": Place("(min-width: 75rem) 21.5rem, (min-width: 34rem) 17.5rem, 90vw"),
    "plate": Place(WIDE.format("54.5rem")),
    "listed": Place(WIDE.format("54.5rem"), most=0.8),
    "portrait": Place("6rem", widths=(96, 192, 288), least=1, most=1),
}
