"""The processes that open pictures: what they are given, what ends them, and that the next picture has another one."""

import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import willow
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from galley.decoding import processes
from galley.decoding.processes import OversizedPictureError, PictureError, convert, end_processes, measure
from galley.images.avatars import AvatarField
from galley.images.renditions import FORMATS
from galley.images.uploads import UploadField
from home.models import SiteImage
from tests.galley.decoding.test_bombs import png


@pytest.fixture
def other_limits() -> Iterator[None]:
    """Start without a process, and leave none with other limits behind."""
    end_processes()
    yield
    end_processes()


def draw(image_format: str = "PNG", size: tuple[int, int] = (90, 60)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "#b01d14").save(content, image_format)
    return content.getvalue()


def find_process() -> int:
    return processes._idle[-1]._process.pid


@pytest.mark.django_db
def test_nothing_is_decoded_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the form to each rendition, Wagtail's thumbnail, and the profile picture."""
    content = draw()

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("A picture is opened in this process")

    monkeypatch.setattr(Image.Image, "load", refuse)
    monkeypatch.setattr(willow.Image, "open", refuse)
    file = UploadField().clean(SimpleUploadedFile("a.png", content))
    image = SiteImage(title="x", file=file)
    image.full_clean(exclude=["collection"])
    image.save()
    assert (image.width, image.height, image.tone) == (90, 60, "#b01d14")
    for image_format in FORMATS.values():
        assert image.get_rendition(f"fill-30x30|format-{image_format}").file.size
    assert image.get_renditions("max-165x165", "max-20x20")["max-20x20"].width == 20
    assert AvatarField().to_python(ContentFile(content, "a.png")).size


def test_pictures_share_a_process() -> None:
    assert measure(draw()) == {"format": "png", "width": 90, "height": 60, "length": 0}
    first = find_process()
    assert convert(draw(), format="webp", box=(9, 9))
    assert find_process() == first


@pytest.mark.usefixtures("other_limits")
def test_a_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    measure(draw())
    environment = Path(f"/proc/{find_process()}/environ").read_bytes()
    assert b"hush" not in environment
    assert b"DJANGO" not in environment


def test_a_picture_that_takes_too_long_ends_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "MAX_SECONDS", 0.3)
    with pytest.raises(PictureError, match="too much memory or time"):
        convert(draw("JPEG", (3000, 3000)), format="avif")
    monkeypatch.undo()
    assert measure(draw())["width"] == 90


def test_a_server_that_is_told_to_end_can_finish_its_pictures() -> None:
    """systemd tells each process of a unit."""
    measure(draw())
    process = find_process()
    os.kill(process, signal.SIGTERM)
    assert measure(draw())["width"] == 90
    assert find_process() == process


@pytest.mark.usefixtures("other_limits")
def test_a_site_that_cannot_start_a_process_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes.sys, "executable", "/nowhere/python")
    with pytest.raises(ValidationError, match="Try again in a minute"):
        UploadField().clean(SimpleUploadedFile("a.png", draw()))


def test_a_killed_process_is_replaced() -> None:
    measure(draw())
    os.kill(find_process(), signal.SIGKILL)
    processes._idle[-1]._process.wait()
    assert measure(draw())["width"] == 90


def test_a_process_that_has_just_ended_by_itself_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does when nobody has asked for two minutes."""
    measure(draw())
    ended = processes._idle[-1]._process
    ended.stdin.close()
    ended.wait()
    monkeypatch.setattr(processes._Process, "is_usable", lambda self, memory: True)
    assert measure(draw())["width"] == 90


@pytest.mark.usefixtures("other_limits")
def test_memory_is_limited_whatever_a_header_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "BASE_MEMORY_MB", 200)
    monkeypatch.setattr(processes, "COPIES", 0)
    with pytest.raises(OversizedPictureError) as refused:
        convert(png(6000, 6000), format="png")
    assert refused.value.needed == 0
    assert measure(draw())["width"] == 90


def test_the_allowed_memory_is_a_setting(settings: Any) -> None:
    content = draw(size=(600, 500))
    settings.MAX_PICTURE_MEMORY_MB = 1
    with pytest.raises(OversizedPictureError) as refused:
        measure(content)
    assert refused.value.needed == 4 * 600 * 500
    settings.MAX_PICTURE_MEMORY_MB = 2
    assert measure(content)["width"] == 600
