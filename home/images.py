"""The site's own image model. Wagtail recommends one from the start, since a later change is hard."""

from typing import Any

import willow
from django.db import models
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    Image,
    WagtailImageField,
    WagtailImageFieldFile,
    get_upload_to,
)

from galley.images.addresses import file_name
from galley.images.looks import look_at


class UprightImageFile(WagtailImageFieldFile):
    """An image file whose dimensions are those of the image with its EXIF orientation applied.

    Phones store an upright photo sideways, with an orientation tag. Wagtail rotates renditions by it, but stores the
    dimensions of the file.
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
    """An image field that stores the dimensions of the upright image."""

    attr_class = UprightImageFile


class SiteImage(AbstractImage):
    """An image in the library. Its description is the default alt text."""

    file: Any = UprightImageField("file", upload_to=get_upload_to, width_field="width", height_field="height")
    credit = models.CharField(
        max_length=255,
        blank=True,
        help_text="Who made the picture, as it should be printed beside it. Leave empty if nobody has to be named.",
    )

    # The dominant colour as `#rrggbb`, shown until the image is loaded.
    tone = models.CharField(max_length=7, blank=True, editable=False)
    # None until the file has been analysed.
    is_animated = models.BooleanField(null=True, editable=False)

    admin_form_fields = (*Image.admin_form_fields, "credit")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the image. Analyse its file first if it is new."""
        is_new = self.is_animated is None or not self.file._committed
        if is_new and kwargs.get("update_fields") is None and self.file:
            with self.open_file() as file:
                self.tone, self.is_animated = look_at(file)
        super().save(*args, **kwargs)


class Rendition(AbstractRendition):
    """An image in one size and format, created on demand."""

    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    def get_upload_to(self, filename: str) -> str:
        """Return the path of the file, which follows from the image and the filter."""
        return file_name(self, filename)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition")
        ]
