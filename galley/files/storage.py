"""Files that are complete or not there, whatever happens while they are written."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.utils.crypto import get_random_string

# Beside the public folders, on the same disk. Nobody is sent what lies in it.
UNFINISHED_FOLDER = "unfinished"


class WholeFileStorage(FileSystemStorage):
    """Django's storage, which writes each file in another folder first, and then moves it to its place.

    Django writes in its place. If the disk is full, half a picture stays there, and everybody is sent it.
    """

    def _save(self, name: str, content: Any) -> str:
        draft = f"{UNFINISHED_FOLDER}/{get_random_string(20)}"
        try:
            super()._save(draft, content)  # type: ignore[misc]
            return self._move(Path(self.path(draft)), name)
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
