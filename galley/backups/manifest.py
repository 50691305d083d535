"""What a backup says about itself: where it comes from, how many rows each table has, and the SHA-256 of each file."""

import io
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from galley.backups.storing import BackupError, fetch, store

MANIFEST = "manifest.json"
ENCRYPTED = ".age"
NAME_FORMAT = "%Y%m%d-%H%M%S"


@dataclass
class StoredFile:
    """A file and its place in the backup. `modified` is in nanoseconds, `stored_size` that of the (encrypted) copy."""

    place: str
    size: int
    sha256: str
    stored_size: int
    modified: int = 0


@dataclass
class Manifest:
    """What a backup has in it. `missing` are files that rows name and that weren't there."""

    made_at: str
    release: str
    versions: dict[str, str]
    vendor: str
    migrations: list[list[str]]
    rows: dict[str, int]
    database: StoredFile
    files: dict[str, StoredFile] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def all_files(self) -> list[StoredFile]:
        """Return the database's and all others."""
        return [self.database, *self.files.values()]

    def write(self, folder: Path, key: Any | None) -> None:
        """Write it into `folder`. A backup without it is none."""
        text = json.dumps(asdict(self), indent=1)
        store(io.BytesIO(text.encode()), folder / (MANIFEST + (ENCRYPTED if key else "")), key)


def read_manifest(folder: Path, key: Any | None) -> Manifest:
    """Return the manifest of the backup in `folder`. Raises BackupError if it is none, or the key doesn't fit."""
    is_encrypted = (folder / (MANIFEST + ENCRYPTED)).exists()
    if not is_encrypted and not (folder / MANIFEST).exists():
        raise BackupError(f"{folder} is no complete backup: it has no {MANIFEST}. Nothing was changed.")
    if is_encrypted and key is None:
        raise BackupError(f"{folder} is encrypted. Set BACKUP_KEY to its key. Nothing was changed.")
    text = io.BytesIO()
    fetch(folder / (MANIFEST + (ENCRYPTED if is_encrypted else "")), text, key if is_encrypted else None)
    try:
        values = json.loads(text.getvalue())
        values["database"] = StoredFile(**values["database"])
        values["files"] = {name: StoredFile(**file) for name, file in values["files"].items()}
        return Manifest(**values)
    except (ValueError, TypeError, KeyError):
        raise BackupError(f"{folder}/{MANIFEST} is damaged. Nothing was changed.") from None


def is_encrypted(folder: Path) -> bool:
    """Return whether the backup in `folder` needs a key."""
    return (folder / (MANIFEST + ENCRYPTED)).exists()


def find_backups(root: Path) -> dict[datetime, Path]:
    """Return the complete backups in the folder `root` with the times when they were begun, the newest first."""
    backups = {}
    for folder in root.glob("*"):
        if (begun := read_time(folder.name)) and (is_encrypted(folder) or (folder / MANIFEST).exists()):
            backups[begun] = folder
    return dict(sorted(backups.items(), reverse=True))


def read_time(name: str) -> datetime | None:
    """Return when the backup of this name was begun; None if it isn't the name of one."""
    try:
        return datetime.strptime(name, NAME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
