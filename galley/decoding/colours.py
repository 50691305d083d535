"""Conversion of colours to what every browser shows rightly: eight bits a channel, in sRGB or with a wider profile."""

import io
import struct
from contextlib import suppress
from operator import itemgetter

from PIL import Image, ImageCms

SAMPLE_SIZE = 48
SAMPLE_COLOURS = 6
# By these tags of a profile, red, green and blue become colours (ICC.1:2022, 8.3.3); the others may belong to them.
COLOUR_TAGS = frozenset([b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"])
KEPT_TAGS = COLOUR_TAGS | {b"wtpt", b"chad"}
# Each file of a picture has its profile. Those of phones and cameras are smaller.
MAX_PROFILE_BYTES = 4_096
PROFILE_HEADER_BYTES = 128


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


def write_plain_profile(profile: bytes) -> bytes:
    """Return a profile of red, green and blue with its colours alone.

    It is empty if `profile` is sRGB, which browsers take without one, or damaged, too large, or of another kind.
    """
    try:
        tags = _read_colour_tags(profile)
        if COLOUR_TAGS - tags.keys() or profile[16:20] != b"RGB ":
            return b""
        plain = _write_profile(profile, _write_texts(profile[8]) | tags)
        name = ImageCms.getProfileName(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
        # What lcms doesn't open, browsers don't either.
        ImageCms.ImageCmsProfile(io.BytesIO(plain))
    except (struct.error, ImageCms.PyCMSError, OSError):
        return b""
    return plain if len(plain) <= MAX_PROFILE_BYTES and "sRGB" not in name else b""


def _read_colour_tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, PROFILE_HEADER_BYTES)
    table = (
        struct.unpack_from(">4sII", profile, PROFILE_HEADER_BYTES + 4 + 12 * place) for place in range(min(count, 100))
    )
    return {name: profile[begins : begins + size] for name, begins, size in table if name in KEPT_TAGS}


def _write_texts(version: int) -> dict[bytes, bytes]:
    """Return the texts that each profile must have (8.2), and which say nothing here."""
    if version < 4:  # ICC.1:2001-04, 6.5.17 and 6.5.18
        return {b"desc": b"desc" + struct.pack(">4xI", 4) + b"RGB\0" + bytes(78), b"cprt": b"text" + bytes(4) + b"-\0"}
    text = b"mluc" + struct.pack(">4xII4sII", 1, 12, b"enUS", 6, 28) + "RGB".encode("utf-16-be")
    return {b"desc": text, b"cprt": text}


def _write_profile(profile: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return a profile of those tags; of the header (7.2), only what its colours need."""
    table, data = struct.pack(">I", len(tags)), b""
    begins = PROFILE_HEADER_BYTES + 4 + 12 * len(tags)
    for name, tag in tags.items():
        table += struct.pack(">4sII", name, begins + len(data), len(tag))
        data += tag.ljust(-len(tag) % 4 + len(tag), b"\0")
    version_to_space, intent_and_white = profile[8:24], profile[64:80]
    head = struct.pack(">I4x16s12x4s24x16s48x", begins + len(data), version_to_space, b"acsp", intent_and_white)
    return head + table + data


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
