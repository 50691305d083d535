"""Renditions: their names and URLs, which follow from the image alone, and their files, made in offered sizes only.

The name of a file holds a signature, so that nobody can guess the names of unpublished images. The signature covers
the original file and the focal point: a changed image gets new URLs, and each URL can be cached for ever.
"""

import re
from dataclasses import dataclass
from typing import Any, Self

from django.utils.crypto import constant_time_compare
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage, AbstractRendition, Filter, get_rendition_storage
from wagtail.images.utils import generate_signature

from galley.images.slots import get_slots

RENDITIONS_FOLDER = "pictures"
# Wagtail's format for each suffix. JPEG is for old browsers, feed readers, and services that show links.
FORMATS = {"avif": "avif", "webp": "webp", "jpg": "jpeg"}

_NAME = re.compile(
    r"(?P<pk>[0-9]{1,18})-(?P<signature>[0-9A-Za-z_-]{16})/(?P<operation>[a-z]+-[0-9x]{1,11})\.(?P<suffix>\w+)"
)


@dataclass(frozen=True)
class RenditionName:
    """The name of a rendition's file: image, signature, size and format."""

    pk: int
    signature: str
    operation: str
    suffix: str

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Return the parts of `name`, a path within the folder; None if it doesn't have this form."""
        match = _NAME.fullmatch(name)
        if not match or match["suffix"] not in FORMATS:
            return None
        return cls(int(match["pk"]), match["signature"], match["operation"], match["suffix"])

    @classmethod
    def of(cls, image: Any, operation: str, suffix: str) -> Self:
        """Return the name of a rendition of `image`."""
        return cls(image.pk, image_signature(image), operation, suffix)

    def __str__(self) -> str:
        return f"{self.pk}-{self.signature}/{self.operation}.{self.suffix}"

    @property
    def path(self) -> str:
        """The path in the storage."""
        return f"{RENDITIONS_FOLDER}/{self}"

    @property
    def url(self) -> str:
        """The URL, whether the file exists or not."""
        return str(get_rendition_storage().url(self.path))

    @property
    def filter(self) -> Filter:
        """Wagtail's filter that makes the rendition."""
        return Filter(spec=f"{self.operation}|format-{FORMATS[self.suffix]}")


def image_signature(image: Any) -> str:
    """Return the signature of all renditions of `image` in its present state."""
    focal_point = image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height
    return generate_signature(image.pk, f"{image.file.name}/{focal_point}")[:16]


def find_image(name: RenditionName) -> AbstractImage | None:
    """Return the image of a rendition called `name`; None if no slot offers such a rendition of any image."""
    image = get_image_model().objects.filter(pk=name.pk).first()
    if image is None or image.is_svg() or not constant_time_compare(image_signature(image), name.signature):
        return None
    operations = {candidate.operation for slot in get_slots().values() for candidate in slot.candidates(image)}
    return image if name.operation in operations else None


def store_rendition(image: AbstractImage, name: RenditionName, file: Any) -> AbstractRendition:
    """Store `file` as a rendition of `image` and return it. Deletes the renditions of the image's earlier states."""
    for outdated in image.renditions.exclude(file__startswith=f"{RENDITIONS_FOLDER}/{image.pk}-{name.signature}/"):
        outdated.delete()
    rendition, _ = image.renditions.get_or_create(
        filter_spec=name.filter.spec, focal_point_key=name.filter.get_cache_key(image), defaults={"file": file}
    )
    return rendition


def make_rendition(name: RenditionName) -> None:
    """Make and store the rendition called `name`, unless it exists or no slot offers it."""
    image = find_image(name)
    if image and image.is_animated is None:
        image.save()  # analyses the file
    if image and not image.renditions.filter(file=name.path).exists():
        store_rendition(image, name, image.generate_rendition_file(name.filter))
