"""The one folder to which the site writes, and the secret key in it."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile

from django.core.management.utils import get_random_secret_key


def prepare_var_dir(path: Path) -> Path:
    """Return the absolute `path` after creating the folder. Raises `SystemExit` if it isn't writable.

    `SystemExit` ends `manage.py`, uvicorn and pytest alike: with its message and without a traceback.
    """
    path = path.expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise SystemExit(
            f"Galley can't write to {path} ({error.strerror}), the folder for its database, pictures and secret key.\n"
            "Nothing was changed. Give your account write access to that folder, or choose another one:\n"
            "  GALLEY_VAR_DIR=/path/to/a/folder uv run manage.py up"
        ) from None
    return path


def read_or_create_secret_key(path: Path) -> str:
    """Return the key in the file `path`. The first call creates it, readable by its owner only.

    The key is written to a temporary file, which is then linked to `path`: an interrupted start leaves no empty file,
    and of two processes that start at once, only one succeeds in linking, and both read its key.
    """
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}-") as draft:
            draft.write(get_random_secret_key())
            draft.flush()
            with suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()
