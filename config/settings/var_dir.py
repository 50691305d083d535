"""The one folder that the running site writes to."""

from pathlib import Path
from tempfile import TemporaryFile


def prepare_var_dir(path: Path) -> Path:
    """Return `path` in full, made if need be; end with a sentence, not a traceback, if nothing can be written there.

    `SystemExit` is the one exception that gives the same short end in `manage.py`, uvicorn and pytest.
    """
    path = path.expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise SystemExit(
            f"Galley can't write to {path} ({error.strerror}). It keeps its database, pictures and secret key there.\n"
            "Nothing was changed. Give your account write access to that folder, or name another one:\n"
            "  GALLEY_VAR_DIR=/path/to/a/folder uv run manage.py up"
        ) from None
    return path
