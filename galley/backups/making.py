"""Makes a backup: a folder that is complete, or isn't there."""

import fcntl
import os
import platform
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings

from galley.backups.databases import Snapshot, take_snapshot
from galley.backups.manifest import (
    ENCRYPTED,
    NAME_FORMAT,
    Manifest,
    StoredFile,
    find_backups,
    is_encrypted,
    read_manifest,
)
from galley.backups.media import Media, find_files, open_file
from galley.backups.retention import choose_old
from galley.backups.storing import BackupError, store

VERSIONS = ("django", "wagtail")


def make_backup(root: Path, media: Media, key: Any | None, bucket: Any | None = None) -> tuple[Path, Manifest]:
    """Back up the site's database and the files in `media` to a new folder in `root`, and delete old backups there.

    Then copies it into `bucket`, a `BackupBucket`. Returns the folder and its manifest. Raises BackupError if the
    backup can't be made: then nothing of it is left, or the message says that only the bucket doesn't have it.
    """
    with lock(root):
        for leftover in root.glob(".unfinished-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        folder, manifest = write_backup(root, media, key, take_snapshot)
        backups = find_backups(root)
        for at in choose_old(backups):
            # Under another name, half of a backup is never taken for one.
            hidden = backups[at].rename(root / f".unfinished-{backups[at].name}")
            shutil.rmtree(hidden, ignore_errors=True)
        if bucket:
            bucket.store(folder, manifest, key)
    return folder, manifest


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Refuse two backups or restores at once. Raises BackupError."""
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (root / ".lock").open("w")
    except OSError as error:
        raise BackupError(f"{root} can't be written: {error.strerror}. Nothing was done.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupError(f"Another backup or restore is under way in {root}. Nothing was done.") from None
        yield


def write_backup(root: Path, media: Media, key: Any | None, snapshots: Any) -> tuple[Path, Manifest]:
    """Write one backup to a new folder in `root`. `snapshots` takes the snapshot, and gets a folder to work in."""
    begun = datetime.now(UTC)
    folder = root / begun.strftime(NAME_FORMAT)
    unfinished = root / f".unfinished-{folder.name}"
    if folder.exists():
        raise BackupError(f"{folder} exists: two backups need a second between them. Nothing was done.")
    try:
        unfinished.mkdir(mode=0o700)
        copies = MediaCopies(media, unfinished, key, *_find_former(root, key))
        # Before and after: what is deleted meanwhile is in the backup, and so is what is uploaded before the snapshot.
        # The first time may take long, the second doesn't.
        copies.update()
        copies.update()
        with snapshots(unfinished) as snapshot:
            copies.update()
            manifest = _write_database(snapshot, unfinished, key)
            manifest.made_at = begun.isoformat()
            manifest.files = copies.files
            manifest.missing = sorted(snapshot.read_file_names() - copies.files.keys())
        manifest.write(unfinished, key)
        for part in [*(path for path in unfinished.rglob("*") if path.is_dir()), unfinished]:
            sync_folder(part)
        unfinished.rename(folder)
        sync_folder(root)
    except OSError as error:
        path = error.filename or root
        raise BackupError(f"{path} can't be written: {error.strerror}. No backup was made.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder, manifest


def _write_database(snapshot: Snapshot, folder: Path, key: Any | None) -> Manifest:
    place = snapshot.name + (ENCRYPTED if key else "")
    sha256, size = snapshot.dump(folder / place, key)
    return Manifest(
        made_at="",
        release=Path(getattr(settings, "BASE_DIR", "")).name,
        versions={"python": platform.python_version()} | {name: version(name) for name in VERSIONS},
        vendor=snapshot.vendor,
        migrations=snapshot.read_migrations(),
        rows=snapshot.count_rows(),
        database=StoredFile(place, size, sha256, (folder / place).stat().st_size),
    )


def _find_former(root: Path, key: Any | None) -> tuple[Path, dict[str, StoredFile]]:
    """Return the newest backup whose files can be used again, and these files. With another key, they can't."""
    for folder in find_backups(root).values():
        with suppress(BackupError):
            manifest = read_manifest(folder, key)
            return folder, manifest.files if is_encrypted(folder) == bool(key) else {}
    return root, {}


class MediaCopies:
    """The files of a site in a backup: copied, or linked to the copy in the former backup."""

    def __init__(
        self, media: Media, folder: Path, key: Any | None, former: Path, former_files: dict[str, StoredFile]
    ) -> None:
        self.media, self.folder, self.key = media, folder, key
        self.former, self.former_files = former, former_files
        self.files: dict[str, StoredFile] = {}

    def update(self) -> None:
        """Copy what isn't copied yet, or has changed since."""
        for name, *known in find_files(self.media):
            # Deleted meanwhile: no row of the next snapshot names it.
            with suppress(FileNotFoundError):
                self._update_file(name, (known[0], known[1]))

    def _update_file(self, name: str, known: tuple[int, int]) -> None:
        copied = self.files.get(name)
        if copied and (copied.size, copied.modified) == known:
            return
        if copied:
            # The name was reserved before, and now it has its content.
            (self.folder / copied.place).unlink()
        former = self.former_files.get(name)
        if former and (former.size, former.modified) == known and self._link(former):
            self.files[name] = former
        else:
            self.files[name] = self._copy(name, known[1])

    def _link(self, file: StoredFile) -> bool:
        source, target = self.former / file.place, self.folder / file.place
        # A file system without links, or with too many to one file, takes a copy.
        with suppress(OSError):
            if source.stat().st_size == file.stored_size:
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(source, target)
                return True
        return False

    def _copy(self, name: str, modified: int) -> StoredFile:
        place = f"files/{secrets.token_hex(16)}{ENCRYPTED}" if self.key else f"media/{name}"
        with open_file(self.media, name) as source:
            if isinstance(self.media, Path):
                modified = os.fstat(source.fileno()).st_mtime_ns  # it may have been written since
            sha256, size = store(source, self.folder / place, self.key)
        return StoredFile(place, size, sha256, (self.folder / place).stat().st_size, modified)


def sync_folder(folder: Path) -> None:
    """Write the names in `folder` onto the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
