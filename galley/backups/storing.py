"""Files of a backup: written whole and encrypted, and read again with their checksums."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
from django.core.exceptions import SuspiciousFileOperation
from django.utils._os import safe_join

BUFFER = 1024 * 1024


class BackupError(Exception):
    """A backup can't be made or restored. The message says why, and what to do."""


def read_key(text: str) -> Any | None:
    """Return the age identity that `text` is, or None if it is empty. Raises BackupError if it is neither."""
    if not text:
        return None
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        raise BackupError("BACKUP_KEY isn't a key. `backup --new-key` prints one. Nothing was done.") from None


def new_key() -> str:
    """Return a new key: an age identity, which encrypts and decrypts."""
    return str(pyrage.x25519.Identity.generate())


class _Hashing:
    """A file that hashes and counts what passes. It remembers its error: age turns errors into its own."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.hash = hashlib.sha256()
        self.size = 0
        self.error: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        return self._pass(self.file.read, size)

    def write(self, data: bytes) -> int:
        self._pass(lambda _data: self.file.write(data) and data, data)
        return len(data)

    def flush(self) -> None:
        self.file.flush()

    def _pass(self, do: Any, argument: Any) -> bytes:
        try:
            data: bytes = do(argument) or b""
        except OSError as error:
            self.error = error
            raise
        self.hash.update(data)
        self.size += len(data)
        return data


def store(source: BinaryIO, path: Path, key: Any | None) -> tuple[str, int]:
    """Write what `source` holds to the new file `path`, encrypted if there is a key, and onto the disk.

    Returns the SHA-256 and the size of what was read. Raises BackupError if it can't be read or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    reader = _Hashing(source)
    writer: _Hashing | None = None
    try:
        with path.open("xb") as target:
            writer = _Hashing(target)
            if key:
                pyrage.encrypt_io(reader, writer, [key.to_public()])
            else:
                shutil.copyfileobj(reader, target, BUFFER)
            target.flush()
            os.fsync(target.fileno())
    except (OSError, pyrage.EncryptError) as error:
        if reader.error:
            name = getattr(source, "name", "A file")
            raise BackupError(f"{name} can't be read: {reader.error.strerror}. No backup was made.") from error
        cause = (writer and writer.error) or error
        reason = getattr(cause, "strerror", None) or cause
        raise BackupError(f"{path} can't be written: {reason}. No backup was made.") from error
    return reader.hash.hexdigest(), reader.size


def fetch(path: Path, target: BinaryIO, key: Any | None) -> str:
    """Write what the file `path` of a backup holds to `target`. Return its SHA-256.

    Raises BackupError if the key is another, or the file is damaged or gone, and OSError if `target` can't be written.
    """
    writer = _Hashing(target)
    try:
        with path.open("rb") as source:
            if key:
                pyrage.decrypt_io(source, writer, [key])
            else:
                shutil.copyfileobj(source, writer, BUFFER)
    except (OSError, pyrage.DecryptError) as error:
        if writer.error:
            raise writer.error from None
        if "No matching keys" in str(error):
            raise BackupError("BACKUP_KEY isn't the key of this backup. Nothing was changed.") from None
        reason = getattr(error, "strerror", None) or error
        raise BackupError(f"{path} is damaged or can't be read ({reason}). Nothing was changed.") from None
    return writer.hash.hexdigest()


def join(folder: Path, name: str) -> Path:
    """Return the path of the file `name` in `folder`. Raises BackupError if it is outside of it."""
    try:
        return Path(safe_join(folder, name))
    except SuspiciousFileOperation:
        raise BackupError(f"The backup names a file outside of its folder: {name}. Nothing was changed.") from None
