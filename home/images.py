"""The site's own image model: Wagtail advises one from the first day, since changing over later is hard."""

from django.db import models
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class SiteImage(AbstractImage):
    """A picture in the media library. Its description serves as the alt text where none is given."""

    credit = models.CharField(
        max_length=255,
        blank=True,
        help_text="Who made the picture, as it should be printed beside it. Leave empty if nobody has to be named.",
    )

    admin_form_fields = (*Image.admin_form_fields, "credit")


class Rendition(AbstractRendition):
    """A picture at one size and format, made on demand and kept."""

    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition")
        ]
