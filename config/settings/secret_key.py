"""A secret key that each installation makes for itself, so that none is shared through the repository."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.management.utils import get_random_secret_key


def read_or_create_secret_key(path: Path) -> str:
    """Return the key kept at `path`; make it on the first call, readable by its owner only.

    The key is written aside and linked into place, so a start that is cut short leaves no empty key behind; of two
    processes that start at once, one makes the link and both read the same key.
    """
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}-") as draft:
            draft.write(get_random_secret_key())
            draft.flush()
            with suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()
