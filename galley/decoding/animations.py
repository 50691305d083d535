"""Animations without their metadata, copied part by part: they would lose by being encoded again."""

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress

# GIF 89a, sections 20 to 27. A file ends at its trailer, whatever comes after it.
GIF_HEADER = 13
GIF_COLOURS, GIF_PICTURE, GIF_EXTENSION, GIF_CONTROL, GIF_APPLICATION = 0x80, 0x2C, 0x21, 0xF9, 0xFF
# How often it is repeated, and its colour profile.
GIF_APPLICATIONS = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
# PNG, third edition, 11: what a picture is made of, and its colours.
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD pHYs acTL fcTL fdAT".split()
)
WEBP_CHUNKS = frozenset([b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP"])
# Flags in the chunk VP8X: there are Exif and XMP.
WEBP_METADATA = 0b1100


def copy_gif(content: bytes) -> bytes:
    """Return a GIF without comments, texts, and what applications have added. One that breaks off ends there."""
    start = GIF_HEADER + _gif_colours(content[10])
    made = bytearray(content[:start])
    with suppress(IndexError):
        while content[start] in {GIF_PICTURE, GIF_EXTENSION}:
            if content[start] == GIF_PICTURE:
                blocks = start + 10 + _gif_colours(content[start + 9]) + 1
                is_wanted = True
            else:
                blocks = start + 2
                is_wanted = content[start + 1] == GIF_CONTROL or (
                    content[start + 1] == GIF_APPLICATION and content[start + 3 : start + 14] in GIF_APPLICATIONS
                )
            while size := content[blocks]:
                blocks += size + 1
            if is_wanted:
                made += content[start : blocks + 1]
            start = blocks + 1
    return bytes(made) + b";"


def _gif_colours(flags: int) -> int:
    """Return the length of a table of colours."""
    return 3 << ((flags & 7) + 1) if flags & GIF_COLOURS else 0


def copy_png(content: bytes) -> bytes:
    """Return a PNG without texts, times and Exif. One that breaks off ends there."""
    chunks = (content[start:end] for name, start, end in _png_chunks(content) if name in PNG_CHUNKS)
    return PNG_SIGNATURE + b"".join(chunks)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    start, name = len(PNG_SIGNATURE), b""
    while name != b"IEND" and start + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, start)
        yield name, start, start + length + 12
        start += length + 12


def copy_webp(content: bytes) -> bytes:
    """Return a WebP without Exif, XMP and unknown parts. Raises struct.error."""
    made = bytearray()
    start, end = 12, min(len(content), 8 + struct.unpack_from("<I", content, 4)[0])
    while start + 8 <= end:
        name, length = struct.unpack_from("<4sI", content, start)
        following = start + 8 + length + length % 2
        if name in WEBP_CHUNKS:
            part = bytearray(content[start:following])
            if name == b"VP8X":
                part[8] &= ~WEBP_METADATA
            made += part
        start = following
    return b"RIFF" + struct.pack("<I", len(made) + 4) + b"WEBP" + bytes(made)


# By Pillow's names of the formats.
WITHOUT_METADATA: dict[str, Callable[[bytes], bytes]] = {"GIF": copy_gif, "PNG": copy_png, "WEBP": copy_webp}
