"""Image slots: the places of the layout in which images stand, with the widths and the shape of an image there."""

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

# The same widths for every slot, so that an image in a list and on its page are one file. 660 is a phone's column at
# 1.75 pixels a point or a desktop's at one, 900 a wide image's at one, 1200 a phone's at three.
WIDTHS = (400, 660, 900, 1200, 1600)
# Narrower images aren't enlarged to the width of the text.
MIN_FULL_WIDTH = 800


class Candidate(NamedTuple):
    """One size in which an image is offered: its pixels, and Wagtail's filter operation for it."""

    width: int
    height: int
    operation: str


@dataclass(frozen=True)
class Slot:
    """A slot of the layout.

    `sizes` is the width of images there, as in HTML. An image whose height isn't `min_ratio` to `max_ratio` times its
    width is cropped around its focal point. In a slot that isn't filled, an image with few pixels is shown in its own
    width.
    """

    sizes: str
    widths: tuple[int, ...] = WIDTHS
    min_ratio: float = 0
    max_ratio: float = float("inf")
    is_filled: bool = True

    def is_small(self, image: Any) -> bool:
        """Return whether `image` is shown in its own width here."""
        return not self.is_filled and image.width < MIN_FULL_WIDTH

    def sizes_of(self, image: Any) -> str:
        """Return the `sizes` attribute for `image` here."""
        return f"(max-width: {image.width}px) 90vw, {image.width}px" if self.is_small(image) else self.sizes

    def candidates(self, image: Any) -> list[Candidate]:
        """Return the sizes in which `image` is offered here, the smallest first."""
        own_ratio = image.height / image.width
        ratio = min(max(own_ratio, self.min_ratio), self.max_ratio)
        # At most the width that is left of the original after cropping: nothing is enlarged.
        largest = min(image.width, int(image.height / ratio), self.widths[-1])
        widths = [width for width in self.widths if width < largest] + [largest]
        operation = "width-{}" if ratio == own_ratio else "fill-{}x{}"
        sizes = [(width, max(1, round(width * ratio))) for width in widths]
        return [Candidate(*size, operation.format(*size)) for size in sizes]


@cache
def get_slots() -> dict[str, Slot]:
    """Return the slots of the site's layout by name, which the setting `IMAGE_SLOTS` points to.

    A layout has a slot `column`, for images in running text. Without the setting, that is the only one.
    """
    path = getattr(settings, "IMAGE_SLOTS", None)
    return import_string(path) if path else {"column": Slot("100vw", is_filled=False)}
