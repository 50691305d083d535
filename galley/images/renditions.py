"""Renditions: their names and URLs, which follow from the image alone, and their files, made in offered sizes only.

The name of a file holds a signature, so that nobody can guess the names of unpublished images. One half of it never
changes. The other half covers the original file and the focal point: a changed image gets new URLs, and each URL can be
cached for ever. The old URLs redirect.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Self

from django.conf import settings
from django.core.files.storage import Storage
from django.utils.crypto import constant_time_compare
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage, Filter, get_rendition_storage
from wagtail.images.utils import generate_signature

from galley.images.slots import get_slots

RENDITIONS_FOLDER = "pictures"
# Wagtail's format for each suffix. JPEG is for old browsers, feed readers, and services that show links.
FORMATS = {"avif": "avif", "webp": "webp", "jpg": "jpeg"}
# Wagtail's operation that makes a picture in its own size. Vector graphics and animations are offered so.
ORIGINAL = "original"
MIME_TYPES = {suffix: f"image/{name}" for suffix, name in (FORMATS | {"gif": "gif", "png": "png"}).items()}
MIME_TYPES["svg"] = "image/svg+xml"

_PK = re.compile(r"[0-9]{1,18}")
_NAME = re.compile(
    r"(?P<pk>[0-9]{1,18})-(?P<signature>[0-9A-Za-z_-]{16})/(?P<operation>original|[a-z]+-[0-9x]{1,11})\.(?P<suffix>\w+)"
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
        if not match or match["suffix"] not in (MIME_TYPES if match["operation"] == ORIGINAL else FORMATS):
            return None
        return cls(int(match["pk"]), match["signature"], match["operation"], match["suffix"])

    @classmethod
    def of(cls, image: Any, operation: str, suffix: str) -> Self:
        """Return the name of a rendition of `image`."""
        return cls(image.pk, image_signature(image), operation, suffix)

    @classmethod
    def of_original(cls, image: Any) -> Self:
        """Return the name of `image` as it was uploaded, but without metadata: a vector graphic or an animation."""
        return cls.of(image, ORIGINAL, PurePosixPath(image.file.name).suffix.lower().removeprefix("."))

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
        spec = self.operation
        return Filter(spec=spec if spec == ORIGINAL else f"{spec}|format-{FORMATS[self.suffix]}")


def image_signature(image: Any) -> str:
    """Return the signature of all renditions of `image` in its present state. The first half is that of all states."""
    focal_point = image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height
    return generate_signature(image.pk, "")[:8] + generate_signature(image.pk, f"{image.file.name}/{focal_point}")[:8]


def find_image(name: RenditionName) -> AbstractImage | None:
    """Return the image whose rendition in its present or an earlier state is called `name`; None if there is none."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    is_signed = any(constant_time_compare(generate_signature(name.pk, "", key)[:8], name.signature[:8]) for key in keys)
    return get_image_model().objects.filter(pk=name.pk).first() if is_signed else None


def find_present_url(image: AbstractImage, name: RenditionName) -> str | None:
    """Return the URL that the rendition `name` of `image` has now; None if no slot offers it.

    An earlier state may have had other sizes. For one that isn't offered any more, the largest is returned. A picture
    that became a vector graphic has one URL.
    """
    if image.is_svg() or (image.is_animated and name.operation == ORIGINAL):
        return RenditionName.of_original(image).url
    present = replace(name, signature=image_signature(image))
    if any(name.operation == size.operation for slot in get_slots().values() for size in slot.candidates(image)):
        return present.url
    largest = get_slots()["column"].candidates(image)[-1]
    suffix = present.suffix if present.suffix in FORMATS else "webp"
    is_old = present.signature != name.signature
    return replace(present, operation=largest.operation, suffix=suffix).url if is_old else None


def is_recorded(path: str) -> bool:
    """Return whether there is a row of the rendition at `path`: one of a slot, or one of Wagtail's admin."""
    pk = path.removeprefix(f"{RENDITIONS_FOLDER}/").partition("-")[0]
    renditions = get_image_model().get_rendition_model().objects
    return bool(_PK.fullmatch(pk)) and renditions.filter(image_id=int(pk), file=path).exists()


def read_file(storage: Storage, path: str) -> bytes | None:
    """Return the content of the file at `path`; None if it is missing."""
    with suppress(FileNotFoundError), storage.open(path) as file:
        return bytes(file.read())
    return None


def store_rendition(image: AbstractImage, name: RenditionName, file: Any) -> bytes:
    """Store `file` as a rendition of `image` and return its content. Deletes those of the image's earlier states.

    Raises what storage and database raise, and leaves no file behind then.
    """
    for outdated in image.renditions.exclude(file__startswith=f"{RENDITIONS_FOLDER}/{image.pk}-{name.signature}/"):
        outdated.delete()
    # Most storages never overwrite a file: that of a lost row would stay, and the rendition have another name.
    get_rendition_storage().delete(name.path)
    try:
        rendition, is_new = image.renditions.get_or_create(
            filter_spec=name.filter.spec, focal_point_key=name.filter.get_cache_key(image), defaults={"file": file}
        )
        if not is_new:
            rendition.file.save(name.path, file)  # its file was deleted
    except Exception:
        with suppress(Exception):  # the first error says what is wrong
            get_rendition_storage().delete(name.path)
        raise
    file.seek(0)
    return bytes(file.read())


def make_rendition(name: RenditionName) -> None:
    """Make and store the rendition called `name`, unless it exists or no slot offers it."""
    image = find_image(name)
    if image and image.is_animated is None:
        image.save()  # analyses the file
    if (
        image
        and find_present_url(image, name) == name.url
        and not (is_recorded(name.path) and read_file(get_rendition_storage(), name.path))
    ):
        store_rendition(image, name, image.generate_rendition_file(name.filter))
