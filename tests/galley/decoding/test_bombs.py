"""Pictures that were made to do harm: they are refused with a sentence, and take no memory of the site's process."""

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from galley.images.uploads import UploadField
from home.models import SiteImage
from tests.running_site import PROJECT

MEGABYTE = 1024 * 1024


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *others: bytes, pixels: bytes | None = None) -> bytes:
    """Return a white PNG of two colours, with `others` before its pixels."""
    if pixels is None:
        packer = zlib.compressobj(1)
        row = bytes(1 + (width + 7) // 8)
        pixels = b"".join([packer.compress(row * height), packer.flush()])
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), *others, chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    )


def encode(image: Image.Image, image_format: str, **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, image_format, **options)
    return content.getvalue()


def resize_jpeg(width: int, height: int) -> bytes:
    """Return a JPEG whose header says that it is larger than it is."""
    content = encode(Image.new("RGB", (16, 16)), "JPEG")
    start = content.index(b"\xff\xc0") + 5
    return content[:start] + struct.pack(">HH", height, width) + content[start + 4 :]


def gif(frames: int, size: tuple[int, int] = (1, 1)) -> bytes:
    """Return an animation of one pixel in each frame, on a screen of `size`."""
    frame = b"!\xf9\x04\0\x01\0\0\0" + b"," + struct.pack("<4HB", 0, 0, *size, 0) + b"\x02\x02\x44\x01\0"
    return b"GIF89a" + struct.pack("<2H", *size) + b"\x80\0\0" + bytes(6) + frame * frames + b";"


def resize_avif(width: int, height: int) -> bytes:
    content = encode(Image.new("RGB", (16, 16)), "AVIF")
    return content.replace(b"ispe" + struct.pack(">III", 0, 16, 16), b"ispe" + struct.pack(">III", 0, width, height))


def text_bomb(name: bytes, before: bytes, size: int) -> bytes:
    return chunk(name, before + zlib.compress(bytes(size), 1))


# Each takes more than its share: none may be stored. What is small in all but its header is refused for what it says.
BOMBS = {
    "many-pixels.png": lambda: png(8_200, 8_200),
    "many-pixels.jpg": lambda: resize_jpeg(65_500, 65_500),
    "lying.avif": lambda: resize_avif(60_000, 60_000),
    "many-frames.gif": lambda: gif(10_000, (200, 200)),
    "lying.png": lambda: png(65_500, 65_500, pixels=zlib.compress(b"")),
    "lying.gif": lambda: gif(1, (65_000, 65_000)),
    "truncated.png": lambda: png(900, 900)[:-60],
    "profile.png": lambda: png(9, 9, text_bomb(b"iCCP", b"a\0\0", 8 * MEGABYTE)),
    "text.png": lambda: png(9, 9, *[text_bomb(b"zTXt", b"a\0\0", 8 * MEGABYTE)] * 20),
    "drawing.svg": lambda: (
        b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%b">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
        + b']><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&j;</text></svg>'
    ),
    "embedded.heic": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500),
}
# Many frames of few pixels; and a JPEG whose pixels are missing is grey there.
HARMLESS = {
    "lying.jpg": lambda: resize_jpeg(2_000, 2_000),
    "small-frames.gif": lambda: gif(10_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        upload(name, BOMBS[name]())
    sentence = " ".join(refused.value.messages)
    assert ("MB of memory" in sentence) is name.startswith(("many-", "lying.png", "lying.gif"))
    assert sentence.endswith((".", "HEIC"))


@pytest.mark.parametrize("name", HARMLESS)
def test_these_are_taken(name: str) -> None:
    upload(name, HARMLESS[name]())


def upload(name: str, content: bytes) -> None:
    """Do what the form for uploads does with a file."""
    file = UploadField().clean(SimpleUploadedFile(name, content))
    SiteImage(title="x", file=file, collection_id=1).clean()


@pytest.mark.nightly
def test_the_site_s_process_takes_no_memory_for_them(tmp_path: Path) -> None:
    """Its peak, VmHWM, grows by no more than the files and their copies, while the bombs would take gigabytes."""
    names = {**BOMBS, **HARMLESS, "sixteen-thousand.png": lambda: png(16_000, 16_000)}
    for name, make in names.items():
        (tmp_path / name).write_bytes(make())
    code = (
        "import sys, pathlib, django; django.setup()\n"
        "from django.core.exceptions import ValidationError\n"
        "from tests.galley.decoding.test_bombs import png, read_peak, upload\n"
        "upload('a.png', png(9, 9))\n"
        "before = read_peak()\n"
        "for path in pathlib.Path(sys.argv[1]).iterdir():\n"
        "    try: upload(path.name, path.read_bytes())\n"
        "    except ValidationError: pass\n"
        "print(read_peak() - before)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    command = [sys.executable, "-c", code, str(tmp_path)]
    run = subprocess.run(command, env=environment, cwd=PROJECT, check=True, capture_output=True, text=True)
    largest = max(path.stat().st_size for path in tmp_path.iterdir())
    assert int(run.stdout.split()[-1]) < 16 * MEGABYTE + 5 * largest


def read_peak() -> int:
    """Return the most memory that this process has had, in bytes."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024
