"""What the process that opens pictures does with them."""

import math
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from PIL import AvifImagePlugin, GifImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin
from PIL import WebPImagePlugin as WebP

from galley.decoding import animations, drawings
from galley.decoding.colours import convert_to_srgb, find_tone, keep_wide_colours

Answer = tuple[dict[str, Any], bytes]

# Importing a plugin registers its format; the others aren't tried.
PLUGINS = AvifImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebP
FORMATS = ("AVIF", "GIF", "JPEG", "PNG", "WEBP")
# Pillow stores a pixel in four bytes. Of an animation, one frame is decoded at a time here, but browsers may store all:
# a byte for each of their pixels.
BYTES_OF_PIXEL = 4
# The size of the small pictures that show whether a new one can be shown, in the formats of pages.
TRIAL_BOX = (165, 165)
TRIAL_FORMATS = ("avif", "webp", "jpeg")
# JPEG is decoded at a fraction of its size that has so many times the pixels that are wanted, in each direction.
DRAFT_PRECISION = 2
ORIENTATION = 0x0112
QUARTER_TURNS = {5, 6, 7, 8}

# The memory is counted here, and limited for the whole process.
Image.MAX_IMAGE_PIXELS = None
# Each thread takes address space.
AvifImagePlugin.DEFAULT_MAX_THREADS = 2


class OversizedError(Exception):
    """A picture would take `needed` bytes of memory, which are too many."""

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


class ScriptedError(Exception):
    """A drawing has a script."""


def measure(content: bytes, max_memory: int) -> Answer:
    """Return the format and the upright size, from the header. Counts all frames."""
    if drawings.is_drawing(content):
        drawing = drawings.open_drawing(content)
        return {"format": "svg", "width": drawing.width, "height": drawing.height}, b""
    image = _open(content, max_memory, count_frames=True)
    width, height = image.size[::-1] if _find_orientation(image, content) in QUARTER_TURNS else image.size
    return {"format": _name_format(image), "width": width, "height": height}, b""


def examine(content: bytes, max_memory: int) -> Answer:
    """Return what `measure` does, the tone, and whether it is animated, after making small pictures of it."""
    values = measure(content, max_memory)[0]
    if values["format"] == "svg":
        if drawings.has_script(drawings.open_drawing(content).root):
            raise ScriptedError
        size = values["width"], values["height"]
        if min(map(round, size)) < 1:
            raise ValueError("It is flatter than a pixel")
        convert(content, max_memory, format="svg", rect=(0, 0, *size), of=size, size=TRIAL_BOX)
        return {**values, "tone": "", "is_animated": False}, b""
    image = _open(content, max_memory)
    is_animated = image.format != "MPO" and getattr(image, "is_animated", False)
    small = convert_to_srgb(_shrink(image, content, box=TRIAL_BOX))
    for image_format in TRIAL_FORMATS:
        _save(small, image_format, {})
    if is_animated:
        copy(content, max_memory)
    return {**values, "tone": find_tone(small), "is_animated": is_animated}, b""


def convert(
    content: bytes, max_memory: int, *, format: str, save: dict[str, Any] | None = None, **options: Any
) -> Answer:
    """Return a picture in another size or format: the options are those of `galley.decoding.processes.convert`."""
    if drawings.is_drawing(content):
        if format != "svg":
            raise ValueError("A drawing has no other format")
        return {}, drawings.write_drawing(drawings.open_drawing(content), _clean_embedded(max_memory), **options)
    return {}, _save(_shrink(_open(content, max_memory), content, **options), format, save or {})


def copy(content: bytes, max_memory: int) -> Answer:
    """Return a drawing or an animation as it is, without metadata and scripts."""
    if drawings.is_drawing(content):
        return {}, drawings.write_drawing(drawings.open_drawing(content), _clean_embedded(max_memory))
    image = _open(content, max_memory)
    if image.format == "AVIF":  # its metadata are pointed to from many places
        made = BytesIO()
        image.save(made, "AVIF", save_all=True, exif=b"", xmp=b"")
        return {}, made.getvalue()
    return {}, animations.WITHOUT_METADATA[str(image.format)](content)


JOBS: dict[str, Callable[..., Answer]] = {"measure": measure, "examine": examine, "convert": convert, "copy": copy}


def _open(content: bytes, max_memory: int, *, count_frames: bool = False) -> Any:
    """Return the picture; only its header is read. Raises OversizedError."""
    image = Image.open(BytesIO(content), formats=FORMATS)
    frames = getattr(image, "n_frames", 1) if count_frames and image.format != "MPO" else 1
    needed = image.width * image.height * max(BYTES_OF_PIXEL, frames)
    if needed > max_memory:
        raise OversizedError(needed)
    return image


def _name_format(image: Any) -> str:
    return "jpeg" if image.format == "MPO" else str(image.format).lower()


def _find_orientation(image: Any, content: bytes) -> int:
    # Pillow decodes a PNG to find what may come after the pixels.
    if image.format == "PNG" and b"eXIf" not in content and b"XML:com.adobe.xmp" not in content:
        return 1
    return int(image.getexif().get(ORIENTATION, 1))


def _shrink(
    image: Any,
    content: bytes,
    *,
    rect: Sequence[float] | None = None,
    of: Sequence[float] | None = None,
    size: Sequence[int] | None = None,
    box: Sequence[int] | None = None,
    background: Sequence[int] | None = None,
) -> Image.Image:
    """Return a part of `image`, or the whole, in a smaller size and upright, in colours that `_save` can write."""
    orientation = _find_orientation(image, content)
    turned = image.size[::-1] if orientation in QUARTER_TURNS else image.size
    of = of or turned
    rect = rect or (0, 0, *of)
    if size is None:
        width, height = rect[2] - rect[0], rect[3] - rect[1]
        scale = min([1, *(limit / own for limit, own in zip(box or (), (width, height), strict=bool(box)))])
        size = max(1, round(width * scale)), max(1, round(height * scale))
    # How many pixels of the whole picture are wanted for one of the result.
    scale = max(size[0] / (rect[2] - rect[0]) * of[0] / turned[0], size[1] / (rect[3] - rect[1]) * of[1] / turned[1])
    if 0 < scale * DRAFT_PRECISION < 1:
        image.draft(None, [math.ceil(side * scale * DRAFT_PRECISION) for side in image.size])
    image.load()
    # Turning it copies it.
    whole = ImageOps.exif_transpose(image) if orientation != 1 else image
    factors = whole.width / of[0], whole.height / of[1]
    left, top, right, bottom = (side * factors[axis % 2] for axis, side in enumerate(rect))
    part = max(0, left), max(0, top), min(whole.width, right), min(whole.height, bottom)
    if whole.mode in {"1", "P"}:  # these would be scaled without smoothing
        whole = whole.convert("RGBA" if whole.has_transparency_data else "RGB")
    if tuple(size) != whole.size or part != (0, 0, *whole.size):
        info, whole = whole.info, whole.resize(tuple(size), Image.Resampling.LANCZOS, part)
        whole.info = info
    if not background:
        return keep_wide_colours(whole)
    made = convert_to_srgb(whole)
    if made.has_transparency_data:
        flat = Image.new("RGBA", made.size, (*background, 255))
        flat.alpha_composite(made)
        made = flat.convert("RGB")
    return made


def _save(image: Image.Image, image_format: str, options: dict[str, Any]) -> bytes:
    """Return `image`, which has no metadata but its profile, as a file. `options` are Willow's for the format."""
    if image_format == "jpeg" and image.mode == "RGBA":
        image = image.convert("RGB")
    if image_format == "gif":  # it has no profile
        image = convert_to_srgb(image)
        image = image if image.mode == "L" else image.convert("P", palette=Image.Palette.ADAPTIVE)
    if image_format == "avif" and options.pop("lossless", False):
        options = {"quality": 100, "subsampling": "4:4:4"}
    made = BytesIO()
    image.save(made, image_format.upper(), icc_profile=image.info.get("icc_profile", b""), **options)
    return made.getvalue()


def _clean_embedded(max_memory: int) -> Any:
    """Return a function that returns a picture within a drawing without metadata, and its type."""

    def clean(content: bytes) -> tuple[str, bytes]:
        if drawings.is_drawing(content):
            return "svg+xml", copy(content, max_memory)[1]
        image = _open(content, max_memory)
        if image.format != "MPO" and getattr(image, "is_animated", False):
            return _name_format(image), copy(content, max_memory)[1]
        image_format = "jpeg" if _name_format(image) == "jpeg" else "png"
        options = {"quality": 90} if image_format == "jpeg" else {}
        return image_format, convert(content, max_memory, format=image_format, save=options)[1]

    return clean
