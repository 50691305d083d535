"""What a picture looks like at a glance: its colour, and whether it moves."""

import logging
from operator import itemgetter
from typing import Any

from PIL import Image

logger = logging.getLogger(__name__)

SAMPLE_SIZE = 48
COLOURS = 6


def look_at(file: Any) -> tuple[str, bool]:
    """Return the most frequent colour of the picture in `file`, as `#rrggbb`, and whether it moves.

    The colour is empty where there is none to tell: of a vector graphic, of a picture that one can see through, of a
    file that can't be read.
    """
    try:
        with Image.open(file) as picture:
            is_animated = getattr(picture, "is_animated", False)
            picture.draft("RGB", (SAMPLE_SIZE, SAMPLE_SIZE))
            sample = picture.convert("RGBA")
            sample.thumbnail((SAMPLE_SIZE, SAMPLE_SIZE))
            is_opaque = sample.getchannel("A").getextrema() == (255, 255)
            return _most_frequent_colour(sample.convert("RGB")) if is_opaque else "", is_animated
    except (OSError, ValueError, Image.DecompressionBombError):
        logger.info("The colour of %s can't be told", file)
        return "", False


def _most_frequent_colour(sample: Image.Image) -> str:
    reduced = sample.quantize(COLOURS)
    index = max(enumerate(reduced.histogram()), key=itemgetter(1))[0]
    red, green, blue = (reduced.getpalette() or [])[3 * index : 3 * index + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"
