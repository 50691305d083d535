"""The uploaded files of a site, as they are backed up and restored: in a folder, or in a bucket."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages

from galley.backups.storing import BackupError
from galley.files.storage import UNFINISHED_FOLDER, StorageError, is_bucket


@dataclass
class Bucket:
    """The bucket of a storage that replaces files of the same name."""

    storage: Any


Media = Path | Bucket


def find_media() -> Media:
    """Return where the files of this site are."""
    storage: Any = storages["default"]
    return Bucket(type(storage)(file_overwrite=True)) if is_bucket(storage) else Path(settings.MEDIA_ROOT)


def find_files(media: Media) -> Iterator[tuple[str, int, int]]:
    """Yield name, size and time of each file, without unfinished ones. Raises BackupError if that can't be read."""
    if isinstance(media, Bucket):
        try:
            yield from media.storage.list_all()
        except StorageError as error:
            raise BackupError(f"{error}. Nothing was done.") from error
        return

    def refuse(error: OSError) -> None:
        if error.filename != str(media):
            raise BackupError(f"{error.filename} can't be read: {error.strerror}. Nothing was done.")

    for folder, folders, names in os.walk(media, onerror=refuse):
        if folder == str(media) and UNFINISHED_FOLDER in folders:
            folders.remove(UNFINISHED_FOLDER)
        for path in (Path(folder, name) for name in names):
            # Deleted meanwhile: no row of the next snapshot names it.
            with suppress(FileNotFoundError):
                state = path.stat()
                yield str(path.relative_to(media)), state.st_size, state.st_mtime_ns


def open_file(media: Media, name: str) -> Any:
    """Return the file, opened. Raises FileNotFoundError if it was deleted meanwhile, or BackupError."""
    try:
        return media.storage.open(name) if isinstance(media, Bucket) else (media / name).open("rb")
    except (PermissionError, StorageError) as error:
        path = name if isinstance(media, Bucket) else media / name
        raise BackupError(f"{path} can't be read: {error.strerror or error}. No backup was made.") from error


def find_workplace(media: Media) -> Path:
    """Return a folder from which nobody is sent anything: on the disk of the files, if that is one of this host."""
    if isinstance(media, Bucket):
        return Path(getattr(settings, "VAR_DIR", gettempdir())) / UNFINISHED_FOLDER
    return media / UNFINISHED_FOLDER


def replace_files(media: Media, new: Path, replaced: Path) -> None:
    """Let those in the folder `new` be the files. Those of a folder are moved to `replaced`, those of a bucket deleted.

    Raises OSError. `media` may be a mounted disk.
    """
    if isinstance(media, Bucket):
        names = {str(path.relative_to(new)): path for path in new.rglob("*") if path.is_file()}
        for name, path in names.items():
            with path.open("rb") as file:
                media.storage.save(name, File(file))
        for name, *_ in media.storage.list_all():
            if name not in names:
                media.storage.delete(name)
        return
    for path in [path for path in media.iterdir() if path.name != UNFINISHED_FOLDER]:
        path.rename(replaced / path.name)
    for path in list(new.iterdir()):
        path.rename(media / path.name)
