"""The site's own image model: Wagtail advises one from the first day, since changing over later is hard."""

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
    """A file whose size is that of the picture as it is shown.

    A phone that is held upright stores its picture lying, with a note of how to turn it. Wagtail turns renditions, but
    keeps the size of what is stored.
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
    """An image field that stores the size of the picture as it is shown."""

    attr_class = UprightImageFile


class SiteImage(AbstractImage):
    """A picture in the media library. Its description serves as the alt text where none is given."""

    file: Any = UprightImageField("file", upload_to=get_upload_to, width_field="width", height_field="height")
    credit = models.CharField(
        max_length=255,
        blank=True,
        help_text="Who made the picture, as it should be printed beside it. Leave empty if nobody has to be named.",
    )

    # What shows in its place until it is loaded, as `#rrggbb`.
    tone = models.CharField(max_length=7, blank=True, editable=False)
    # None as long as nobody has looked.
    is_animated = models.BooleanField(null=True, editable=False)

    admin_form_fields = (*Image.admin_form_fields, "credit")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the picture, and how it looks if its file is new."""
        is_new = self.is_animated is None or not self.file._committed
        if is_new and kwargs.get("update_fields") is None and self.file:
            with self.open_file() as file:
                self.tone, self.is_animated = look_at(file)
        super().save(*args, **kwargs)


class Rendition(AbstractRendition):
    """A picture at one size and format, made on demand and kept."""

    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    def get_upload_to(self, filename: str) -> str:
        """Return where the file is stored: a name that can be told from the picture alone."""
        return file_name(self, filename)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition")
        ]
