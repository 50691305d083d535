"""Conversion of colours to what every format and browser shows: eight bits a channel, in sRGB."""

import io
from contextlib import suppress
from typing import Any

from PIL import Image, ImageCms
from wagtail.images.image_operations import FormatOperation
from willow.plugins.pillow import PillowImage


def convert_to_srgb(image: Image.Image) -> Image.Image:
    """Return `image` in mode `L`, `RGB` or `RGBA`, without a colour profile."""
    if image.mode.startswith("I"):  # 16 bits, of which Pillow's own conversion clips the upper half
        image = image.point(lambda value: value * (1 / 257)).convert("L")
        image.info.pop("transparency", None)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode not in {"L", "CMYK"} or mode == "RGBA":
        image = image.convert(mode)
    if profile := image.info.get("icc_profile"):
        # A profile that is damaged or belongs to other colours is ignored, as browsers do.
        with suppress(ImageCms.PyCMSError, OSError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, source, target, outputMode=mode) or image
    image = image.copy() if image.mode == "L" else image.convert(mode)
    image.info.pop("icc_profile", None)
    return image


class ConvertingFormatOperation(FormatOperation):
    """Wagtail's operation `format-…`, which converts the colours too. Wagtail's fails for some, such as 16-bit grey."""

    def run(self, willow: Any, image: Any, env: dict[str, Any]) -> Any:
        """Return the converted image; None for vector graphics, which have no other format."""
        super().run(willow, image, env)
        if env["original-format"] == "svg":
            return None
        return PillowImage(convert_to_srgb(willow.get_pillow_image()))
