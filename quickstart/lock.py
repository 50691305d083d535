"""Two `up` on the same data would work against each other: the second one is told where the first one is."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.core.management.base import CommandError


@contextmanager
def only_one(path: Path) -> Iterator[TextIO]:
    """Hold the lock file at `path` as long as the block runs; write the site's address into it for others to read.

    The operating system lets go of the lock when the process ends, however it ends.
    """
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            address = file.read().strip() or "another window (it is still starting)"
            raise CommandError(
                f"Galley is already running with this data: {address}\n"
                "To run a second site beside it, give it a folder of its own:\n"
                "  GALLEY_VAR_DIR=/path/to/a/folder uv run manage.py up --port 8081"
            ) from None
        file.truncate(0)
        yield file
