"""Colour profiles (ICC.1:2022) without what says who made them, and with what."""

import io
import struct

from PIL import ImageCms

# The tags by which red, green and blue become colours (8.3.3), and those that may belong to them.
COLOUR_TAGS = frozenset([b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"])
KEPT_TAGS = COLOUR_TAGS | {b"wtpt", b"chad"}
# Each file of a picture has its profile. Those of phones and cameras are smaller.
MAX_BYTES = 4_096
HEADER_BYTES = 128


def write_plain_profile(profile: bytes) -> bytes:
    """Return a profile of red, green and blue with its colours alone.

    It is empty if `profile` is sRGB, which browsers take without one, or damaged, too large, or of another kind.
    """
    try:
        tags = _read_tags(profile)
        if COLOUR_TAGS - tags.keys() or profile[16:20] != b"RGB ":
            return b""
        plain = _write(profile, tags)
        name = ImageCms.getProfileName(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
        # What lcms doesn't open, browsers don't either.
        ImageCms.ImageCmsProfile(io.BytesIO(plain))
    except (struct.error, ImageCms.PyCMSError, OSError):
        return b""
    return plain if len(plain) <= MAX_BYTES and "sRGB" not in name else b""


def _read_tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, HEADER_BYTES)
    table = (struct.unpack_from(">4sII", profile, HEADER_BYTES + 4 + 12 * place) for place in range(min(count, 100)))
    return {name: profile[begins : begins + size] for name, begins, size in table if name in KEPT_TAGS}


def _write(profile: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return a profile of those tags; of the header (7.2), only what its colours need."""
    table, data = struct.pack(">I", len(tags)), b""
    begins = HEADER_BYTES + 4 + 12 * len(tags)
    for name, tag in tags.items():
        table += struct.pack(">4sII", name, begins + len(data), len(tag))
        data += tag.ljust(-len(tag) % 4 + len(tag), b"\0")
    version_to_space, intent_and_white = profile[8:24], profile[64:80]
    head = struct.pack(">I4x16s12x4s24x16s48x", begins + len(data), version_to_space, b"acsp", intent_and_white)
    return head + table + data
