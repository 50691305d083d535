"""What Wagtail's filters get in place of Willow's images, so that another process does their work."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from types import SimpleNamespace
from typing import Any, Self

import filetype
from wagtail.images.models import Filter

from galley.decoding.processes import convert

# Wagtail's names of the formats.
FORMATS = ("avif", "gif", "jpeg", "png", "svg", "webp")
# Web pages begin with "<" too.
STARTS_OF_SVG = (b"<svg", b"<?xml", b"<!--", b"<!DOCTYPE svg")


def find_format(content: bytes) -> str | None:
    """Return Wagtail's name of a picture's format, from its first bytes; None if it is none of those."""
    name = filetype.guess_extension(content[:1000])
    if name is None and content.lstrip().startswith(STARTS_OF_SVG) and b"<svg" in content:
        return "svg"
    name = "jpeg" if name == "jpg" else name
    return name if name in FORMATS else None


class RemotePicture:
    """Stands for an image in Wagtail's `Filter.run`: it notes the steps, and has them done when it is saved."""

    def __init__(self, image: Any, content: bytes) -> None:
        self._content = content
        self._steps: dict[str, Any] = {"of": [image.width, image.height]}
        self.image = SimpleNamespace(width=image.width, height=image.height)
        self.format_name = "svg" if image.is_svg() else find_format(content)

    def auto_orient(self) -> Self:
        """Return itself: each picture is turned upright."""
        return self

    def has_alpha(self) -> bool:
        """Return whether it may be transparent. A background changes nothing if it isn't."""
        return True

    def has_animation(self) -> bool:
        """Return what Willow does without ImageMagick."""
        return False

    def crop(self, rect: Iterable[float]) -> Self:
        """Note what to cut out: left, top, right, bottom."""
        self._steps["rect"] = [*rect]
        return self

    def resize(self, size: Iterable[float]) -> Self:
        """Note the size."""
        self._steps["size"] = [*size]
        return self

    def set_background_color_rgb(self, color: Iterable[int]) -> Self:
        """Note what is seen through it."""
        self._steps["background"] = [*color]
        return self

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return Willow's method for saving in a format: it takes a file and options. It raises PictureError."""
        operation, _, image_format = name.rpartition("_")
        if operation != "save_as":
            raise AttributeError(name)
        return partial(self._save, image_format)

    def _save(self, image_format: str, output: Any, **options: Any) -> Any:
        output.write(convert(self._content, format=image_format, save=options, **self._steps))
        output.seek(0)
        return SimpleNamespace(f=output, format_name=image_format)


class RemoteFilter(Filter):
    """Wagtail's filter, for a file that was read already."""

    def get_willow_image(self, image: Any, source: Any = None) -> AbstractContextManager[Any]:
        """Return a context manager with the picture."""
        return nullcontext(RemotePicture(image, source.read())) if source else image.get_willow_image()
