"""Where the files of a picture are: worked out from the picture itself, whether they have been made or not.

A page with two hundred pictures so needs no query for their sizes, and is the same before and after they are made. The
key in a file's name is signed: nobody finds the pictures of unpublished or private pages by counting. It also changes
with the original and its focal point, so that a file never has to be fetched twice.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.utils.crypto import salted_hmac
from wagtail.images.models import get_rendition_storage

FOLDER = "pictures"
# The last one is for those who know neither of the others: old browsers, feed readers, services that show links.
FORMATS = {"avif": "avif", "webp": "webp", "jpg": "jpeg"}

_NAME = re.compile(r"(?P<number>[0-9]{1,18})-(?P<key>[0-9a-f]{16})/(?P<operation>[a-z]+-[0-9x]{1,11})\.(?P<ending>\w+)")


@dataclass(frozen=True)
class PictureName:
    """The name of a file: which picture, in which size and format."""

    number: int
    key: str
    operation: str
    ending: str

    @classmethod
    def parse(cls, name: str) -> "PictureName | None":
        """Return what `name`, without the folder, stands for; None if it isn't of this form."""
        match = _NAME.fullmatch(name)
        if not match or match["ending"] not in FORMATS:
            return None
        return cls(int(match["number"]), match["key"], match["operation"], match["ending"])

    @classmethod
    def of(cls, image: Any, operation: str, ending: str) -> "PictureName":
        """Return the name of a file of `image`."""
        return cls(image.pk, find_key(image), operation, ending)

    def __str__(self) -> str:
        return f"{self.number}-{self.key}/{self.operation}.{self.ending}"

    @property
    def spec(self) -> str:
        """Wagtail's filter for it."""
        return f"{self.operation}|format-{FORMATS[self.ending]}"


def find_key(image: Any) -> str:
    """Return the key of the files made from `image` as it is now."""
    focal_point = image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height
    return salted_hmac(FOLDER, f"{image.pk}/{image.file.name}/{focal_point}").hexdigest()[:16]


def find_url(name: PictureName) -> str:
    """Return the address of a file."""
    return str(get_rendition_storage().url(f"{FOLDER}/{name}"))


def file_name(rendition: Any, made_as: str) -> str:
    """Return where the file of `rendition`, called `made_as` by Wagtail, is stored."""
    ending = PurePosixPath(made_as).suffix
    operation = rendition.filter_spec.split("|format-")[0].replace("|", ".")
    return f"{FOLDER}/{rendition.image_id}-{find_key(rendition.image)}/{operation}{ending}"
