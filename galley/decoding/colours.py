"""Conversion of colours to what every browser shows rightly: eight bits a channel, in sRGB or with a wider profile."""

import io
from contextlib import suppress
from operator import itemgetter

from PIL import Image, ImageCms

from galley.decoding.profiles import write_plain_profile

SAMPLE_SIZE = 48
SAMPLE_COLOURS = 6


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
    image.info = {}
    return image


def keep_wide_colours(image: Image.Image) -> Image.Image:
    """Return `image` with its colour profile, if that has red, green and blue beyond sRGB; else in sRGB."""
    profile = write_plain_profile(image.info.get("icc_profile", b"")) if image.mode in {"RGB", "RGBA"} else b""
    if not profile:
        return convert_to_srgb(image)
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.info = {"icc_profile": profile}
    return image


def find_tone(image: Image.Image) -> str:
    """Return the dominant colour of an image in sRGB, as `#rrggbb`; empty if it is transparent anywhere."""
    sample = image.convert("RGBA")
    sample.thumbnail((SAMPLE_SIZE, SAMPLE_SIZE))
    if sample.getchannel("A").getextrema() != (255, 255):
        return ""
    reduced = sample.convert("RGB").quantize(SAMPLE_COLOURS)
    index = max(enumerate(reduced.histogram()), key=itemgetter(1))[0]
    red, green, blue = (reduced.getpalette() or [])[3 * index : 3 * index + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"
