"""Files that are complete or not there, whatever happens while they are written."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.utils.crypto import get_random_string

# Beside the public folders, on the same disk. Nobody is sent what lies in it.
UNFINISHED_FOLDER = "unfinished"


class StorageError(OSError):
    """A file can't be stored or read: the disk is full, or the storage of a bucket doesn't answer."""


class AwayError(StorageError):
    """The storage didn't answer a moment ago, and isn't asked. That it doesn't was in the log then."""


def find_storage_error(error: BaseException | None) -> StorageError | None:
    """Return the StorageError that `error` is, or has been raised from; None if it is another."""
    while error and not isinstance(error, StorageError):
        error = error.__cause__
    return error if isinstance(error, StorageError) else None


def is_bucket(storage: Any) -> bool:
    """Return whether the files of `storage` lie in a bucket, so that no web server of this host can send them."""
    return hasattr(storage, "bucket_name")


class WholeFileStorage(FileSystemStorage):
    """Django's storage, which writes each file in another folder first, and then moves it to its place.

    Django writes in its place. If the disk is full, half a picture stays there, and everybody is sent it.
    """

    def _save(self, name: str, content: Any) -> str:
        draft = f"{UNFINISHED_FOLDER}/{get_random_string(20)}"
        try:
            super()._save(draft, content)  # type: ignore[misc]
            return self._move(Path(self.path(draft)), name)
        except OSError as error:
            raise StorageError(*error.args) from error
        finally:
            with suppress(OSError):
                self.delete(draft)

    def _move(self, draft: Path, name: str) -> str:
        while True:
            path = Path(self.path(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                if not self._allow_overwrite:  # type: ignore[attr-defined]
                    path.touch(exist_ok=False)  # reserves the name: another process may want it too
            except FileExistsError:
                name = self.get_available_name(name)
                continue
            try:
                shutil.move(draft, path)  # copies if the folder of the name is on another disk
            except OSError:
                path.unlink(missing_ok=True)
                raise
            return name
