"""Abstract models for the site's images and renditions, and the analysis of a new image file."""

import logging
from operator import itemgetter
from pathlib import PurePosixPath
from typing import Any

import willow
from django.db import models
from PIL import Image
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    WagtailImageField,
    WagtailImageFieldFile,
    get_upload_to,
)

from galley.images.renditions import RenditionName

logger = logging.getLogger(__name__)

SAMPLE_SIZE = 48
SAMPLE_COLOURS = 6


class UprightImageFile(WagtailImageFieldFile):
    """An image file whose dimensions take its orientation into account.

    A phone held upright stores a landscape image with an orientation in its EXIF data. Wagtail turns the renditions but
    takes the dimensions from the stored image.
    """

    def get_image_dimensions(self) -> tuple[int, int]:
        """Return width and height."""
        was_closed = self.closed
        try:
            self.open()
            size: tuple[int, int] = willow.Image.open(self).auto_orient().get_size()
            return size
        finally:
            if was_closed:
                self.close()
            else:
                self.seek(0)


class UprightImageField(WagtailImageField):
    """An image field that stores the dimensions after orientation."""

    attr_class = UprightImageFile


class AbstractAnalysedImage(AbstractImage):
    """An image with what `render_picture` needs: upright dimensions, the dominant colour, and whether it moves."""

    file: Any = UprightImageField("file", upload_to=get_upload_to, width_field="width", height_field="height")
    # The dominant colour as `#rrggbb`, shown until the image is loaded.
    tone = models.CharField(max_length=7, blank=True, editable=False)
    # None until the file has been analysed.
    is_animated = models.BooleanField(null=True, editable=False)

    class Meta(AbstractImage.Meta):
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the image; analyse its file first if that is new."""
        is_new = self.is_animated is None or not self.file._committed
        if is_new and kwargs.get("update_fields") is None and self.file:
            with self.open_file() as file:
                self.tone, self.is_animated = analyse_image(file)
        super().save(*args, **kwargs)


class AbstractSignedRendition(AbstractRendition):
    """A rendition at the path that its URL names."""

    class Meta(AbstractRendition.Meta):
        abstract = True

    def get_upload_to(self, filename: str) -> str:
        """Return the path of the file, which follows from the image and the filter."""
        operation = self.filter_spec.split("|format-")[0].replace("|", ".")
        suffix = PurePosixPath(filename).suffix.removeprefix(".")
        return RenditionName.of(self.image, operation, suffix).path


def analyse_image(file: Any) -> tuple[str, bool]:
    """Return the dominant colour of an image `file`, as `#rrggbb`, and whether it is animated.

    The colour is empty for vector graphics, transparent images and unreadable files.
    """
    try:
        with Image.open(file) as image:
            is_animated = getattr(image, "is_animated", False)
            image.draft("RGB", (SAMPLE_SIZE, SAMPLE_SIZE))
            sample = image.convert("RGBA")
            sample.thumbnail((SAMPLE_SIZE, SAMPLE_SIZE))
            is_opaque = sample.getchannel("A").getextrema() == (255, 255)
            return _dominant_colour(sample.convert("RGB")) if is_opaque else "", is_animated
    except (OSError, ValueError, Image.DecompressionBombError):
        logger.info("The image %s can't be analysed", file)
        return "", False


def _dominant_colour(sample: Image.Image) -> str:
    reduced = sample.quantize(SAMPLE_COLOURS)
    index = max(enumerate(reduced.histogram()), key=itemgetter(1))[0]
    red, green, blue = (reduced.getpalette() or [])[3 * index : 3 * index + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"
