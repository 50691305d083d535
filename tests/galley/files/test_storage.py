"""A file is stored as a whole or not at all."""

import errno
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import UploadedFile

from galley.files.storage import UNFINISHED_FOLDER, WholeFileStorage


class BrokenOff(File):
    """A file of which half can be written."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half of it"
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def storage(tmp_path: Path) -> WholeFileStorage:
    return WholeFileStorage(tmp_path, file_permissions_mode=0o640)


def files_in(storage: WholeFileStorage) -> list[str]:
    root = Path(storage.location)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_file_is_stored_as_django_does(storage: WholeFileStorage) -> None:
    assert storage.save("a/b.txt", ContentFile(b"one")) == "a/b.txt"
    assert storage.open("a/b.txt").read() == b"one"
    assert Path(storage.path("a/b.txt")).stat().st_mode & 0o777 == 0o640
    other = storage.save("a/b.txt", ContentFile(b"two"))
    assert other != "a/b.txt"
    assert files_in(storage) == sorted(["a/b.txt", other])


def test_a_name_that_another_process_takes_meanwhile_is_left_to_it(storage, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.save("b.txt", ContentFile(b"one"))
    answers = iter(["b.txt", "c.txt"])
    monkeypatch.setattr(storage, "get_available_name", lambda name, max_length=None: next(answers))
    assert storage.save("b.txt", ContentFile(b"two")) == "c.txt"
    assert (storage.open("b.txt").read(), storage.open("c.txt").read()) == (b"one", b"two")


def test_a_large_upload_is_moved(storage: WholeFileStorage) -> None:
    with TemporaryUploadedFile("large.bin", "", 5, None) as upload:
        upload.write(b"large")
        upload.seek(0)
        assert storage.save("large.bin", upload) == "large.bin"
    assert storage.open("large.bin").read() == b"large"
    assert files_in(storage) == ["large.bin"]


@pytest.mark.parametrize("overwrites", [False, True])
def test_on_a_full_disk_nothing_is_left_behind(tmp_path: Path, overwrites: bool) -> None:
    storage = WholeFileStorage(tmp_path, allow_overwrite=overwrites)
    storage.save("old.txt", ContentFile(b"old"))
    with pytest.raises(OSError, match="No space"):
        storage.save("new.txt", BrokenOff(None, "new.txt"))
    with pytest.raises(OSError, match="No space"):
        storage.save("old.txt", BrokenOff(None, "old.txt"))
    assert files_in(storage) == ["old.txt"]
    assert storage.open("old.txt").read() == b"old"


def test_what_cannot_be_moved_is_not_left_behind(storage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("galley.files.storage.shutil.move", fail)
    with pytest.raises(OSError, match="Read-only"):
        storage.save("b.txt", ContentFile(b"one"))
    assert files_in(storage) == []


@pytest.mark.parametrize("alias", ["default", "renditions"])
def test_the_site_stores_its_files_so(alias: str) -> None:
    assert isinstance(storages[alias], WholeFileStorage)


@pytest.mark.django_db
def test_what_was_left_behind_is_deleted_after_a_day(settings, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    settings.MEDIA_ROOT = tmp_path
    old = (timezone.now() - timedelta(days=2)).timestamp()
    uploads = [UploadedFile.objects.create(file=ContentFile(b"x", name)) for name in ("old.png", "new.png", "gone.png")]
    drafts = [default_storage.save(f"{UNFINISHED_FOLDER}/{name}", ContentFile(b"x")) for name in ("old", "new")]
    for name in (uploads[0].file.name, drafts[0]):
        os.utime(default_storage.path(name), (old, old))
    default_storage.delete(uploads[2].file.name)
    call_command("delete_unfinished_uploads")
    assert list(UploadedFile.objects.all()) == [uploads[1]]
    assert not default_storage.exists(uploads[0].file.name)
    assert default_storage.exists(uploads[1].file.name)
    assert [default_storage.exists(name) for name in drafts] == [False, True]
    assert "3 unfinished uploads deleted." in capsys.readouterr().out
    call_command("delete_unfinished_uploads", verbosity=0)
    assert capsys.readouterr().out == ""
