"""The site's own image model. Wagtail recommends one from the start, since a later change is hard."""

from django.db import models
from wagtail.images.models import Image

from galley.images.models import AbstractAnalysedImage, AbstractSignedRendition


class SiteImage(AbstractAnalysedImage):
    """An image in the library. Its description is the default alt text."""

    credit = models.CharField(
        max_length=255,
        blank=True,
        help_text="Who made the picture, as it should be printed beside it. Leave empty if nobody has to be named.",
    )

    admin_form_fields = (*Image.admin_form_fields, "credit")


class Rendition(AbstractSignedRendition):
    """An image in one size and format, created on demand."""

    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition")
        ]
