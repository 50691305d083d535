"""Copies pictures into the media library, each once."""

import re
from collections.abc import Iterable

from django.core.files import File
from wagtail.images import get_image_model

from transfer.pictures import Picture

MAX_DESCRIPTION_LENGTH = 255


class MediaLibrary:
    """The pictures of the media library by the hash of their content."""

    def __init__(self, keys: Iterable[str]) -> None:
        images = get_image_model().objects.order_by("-pk").values_list("file_hash", "pk")
        wanted = set(keys)
        self._numbers = {key: number for key, number in images if key in wanted}
        self.added = 0

    def add(self, picture: Picture, alt: str) -> int:
        """Return the number of `picture` in the library, after copying it there if it is new. Raises `OSError`."""
        if picture.key not in self._numbers:
            self._numbers[picture.key] = self._copy(picture, alt)
            self.added += 1
        return self._numbers[picture.key]

    def _copy(self, picture: Picture, alt: str) -> int:
        with picture.path.open("rb") as file:
            image = get_image_model()(
                title=_title(picture),
                description=alt[:MAX_DESCRIPTION_LENGTH],
                file=File(file, name=picture.path.name),
                file_size=picture.path.stat().st_size,
                file_hash=picture.key,
            )
            image.save()
        return int(image.pk)


def _title(picture: Picture) -> str:
    words = re.sub(r"[-_\s]+", " ", picture.path.stem).strip() or picture.path.name
    return (words[0].upper() + words[1:])[:255]
