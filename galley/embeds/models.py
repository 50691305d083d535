"""What other sites say of their videos, sound and pages, fetched once."""

from typing import Any

from django.db import models
from django.utils import timezone


class Embed(models.Model):
    """A video, sound or page elsewhere: its title, description and picture, as far as they are known."""

    address = models.CharField(max_length=500, unique=True)
    title = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    site_name = models.CharField(max_length=100, blank=True)
    picture: Any = models.ImageField(
        upload_to="embeds", blank=True, width_field="picture_width", height_field="picture_height"
    )
    picture_width = models.PositiveIntegerField(null=True, editable=False)
    picture_height = models.PositiveIntegerField(null=True, editable=False)
    # Height of the player, divided by its width.
    ratio = models.FloatField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.title or self.address

    @property
    def shape(self) -> str:
        """The shape of a video: `wide`, `classic`, `square` or `tall`."""
        ratio = self.ratio or 9 / 16
        return "wide" if ratio < 0.66 else "classic" if ratio < 0.9 else "square" if ratio < 1.2 else "tall"
