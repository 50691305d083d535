"""Pictures that can't be stored are sent all the same, made once; nothing is left behind."""

import errno
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, models, transaction

from galley.files.storage import WholeFileStorage
from galley.images import views
from galley.images.renditions import RenditionName
from home.models import Rendition, SiteImage
from tests.conftest import SmallSite
from tests.factories import SiteImageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def image() -> SiteImage:
    return SiteImageFactory(file__width=500, file__height=300)


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Nothing can be stored, until the fixture's `undo` is called."""

    def fail(storage: WholeFileStorage, name: str, content: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    views._unstored.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WholeFileStorage, "_save", fail)
        yield patch
    views._unstored.clear()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is encoded."""
    names: list[str] = []
    generate = SiteImage.generate_rendition_file

    def note(image: SiteImage, wagtail_filter, **options):
        names.append(wagtail_filter.spec)
        return generate(image, wagtail_filter, **options)

    monkeypatch.setattr(SiteImage, "generate_rendition_file", note)
    return names


def test_a_picture_that_cannot_be_stored_is_made_once_and_sent(
    asgi_get: Callable, image: SiteImage, made: list[str], full_disk, caplog: pytest.LogCaptureFixture
) -> None:
    url = RenditionName.of(image, "width-400", "webp").url
    with caplog.at_level(logging.ERROR):
        answers = [asgi_get(url) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.content for answer in answers}) == 1
    assert made == ["width-400|format-webp"]
    assert [record.message for record in caplog.records if "can't be stored" in record.message] != []
    assert not Rendition.objects.exists()
    # There is room again, and the time in which it was sent from memory is over.
    full_disk.undo()
    views._unstored.clear()
    assert [asgi_get(url).content for _ in range(2)] == [answers[0].content] * 2
    assert len(made) == 2
    assert Rendition.objects.get().file.url == url


@pytest.mark.parametrize("suffix", ["webp", "jpg"])
def test_a_picture_whose_file_is_gone_is_made_once_more(
    asgi_get: Callable, image, made: list[str], suffix: str
) -> None:
    url = RenditionName.of(image, "width-400", suffix).url
    asgi_get(url)
    [rendition] = Rendition.objects.all()
    rendition.file.storage.delete(rendition.file.name)
    assert [asgi_get(url).status_code for _ in range(3)] == [200] * 3
    assert len(made) == 2
    assert rendition.file.storage.exists(rendition.file.name)
    assert Rendition.objects.get() == rendition


def test_a_rendition_without_a_row_leaves_no_file(
    asgi_get: Callable, image: SiteImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = RenditionName.of(image, "width-400", "webp")
    views._unstored.clear()

    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(Rendition, "_save_table", fail)
    assert asgi_get(name.url).status_code == 200
    assert not default_storage.exists(name.path)
    views._unstored.clear()


def test_a_share_image_that_cannot_be_stored_is_sent(asgi_get: Callable, small_site: SmallSite, full_disk) -> None:
    url = asgi_get(f"/share/{small_site.post.pk}/x.png").headers["Location"]
    response = asgi_get(url)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/png")


def uploads() -> set[str]:
    return set(default_storage.listdir("original_images")[1])


def test_an_upload_whose_row_cannot_be_saved_leaves_no_file(image: SiteImage, monkeypatch: pytest.MonkeyPatch) -> None:
    before = uploads()
    content = Path(image.file.path).read_bytes()
    new = SiteImage(title="New", file=ContentFile(content, "new.png"))
    image.file = ContentFile(content, "other.png")
    monkeypatch.setattr(models.Model, "save_base", _save_file_and_fail)
    for each in (new, image):
        with pytest.raises(DatabaseError), transaction.atomic():
            each.save()
    assert uploads() == before


def _save_file_and_fail(instance: models.Model, **kwargs: object) -> None:
    """Do what Django does before the row is written: it stores the file."""
    instance._meta.get_field("file").pre_save(instance, add=True)
    raise DatabaseError("database or disk is full")


def test_an_upload_on_a_full_disk_leaves_neither_row_nor_file(image: SiteImage, full_disk) -> None:
    before = uploads()
    content = Path(image.file.path).read_bytes()
    with pytest.raises(OSError, match="No space"), transaction.atomic():
        SiteImage(title="New", file=ContentFile(content, "new.png")).save()
    assert uploads() == before
    assert SiteImage.objects.get() == image
