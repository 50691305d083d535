"""Restores a backup. Each file of it is checked before anything is changed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from wagtail.models import Page

from galley.backups.databases import load_postgresql, load_sqlite
from galley.backups.making import lock
from galley.backups.manifest import Manifest, StoredFile, is_encrypted, read_manifest
from galley.backups.media import Media, find_files, find_workplace, replace_files
from galley.backups.moving import move_rows
from galley.backups.storing import BackupError, fetch, join


def restore_backup(
    folder: Path, media: Media, key: Any | None, *, replace: bool = False, has_media: bool = True
) -> Manifest:
    """Put the backup in `folder` into the site's database, and its files into `media` unless it has none.

    Returns its manifest. Raises BackupError if it can't be restored: up to the message that says otherwise, nothing
    was changed. With `replace`, the content that is there is deleted.
    """
    manifest = read_manifest(folder, key)
    key = key if is_encrypted(folder) else None
    _check_vendor_and_release(manifest)
    if not replace and (found := find_content(media if has_media else None)):
        raise BackupError(f"The site has content: {found}. Nothing was changed. --replace deletes it.")
    with _staging(media) as staged:
        dump = _fetch_all(folder, manifest, staged, key)
        if manifest.vendor == connection.vendor == "postgresql":
            load_postgresql(dump, manifest.rows)
        elif manifest.vendor == connection.vendor:
            load_sqlite(dump, manifest.rows)
        else:
            move_rows(dump)
        if has_media:
            _swap_media(staged / "media", media, staged / "replaced")
    try:
        call_command("migrate", interactive=False, verbosity=0)
        if manifest.vendor != connection.vendor:
            # Each database has an index of its own kind.
            call_command("update_index", verbosity=0)
    except Exception as error:
        raise BackupError(
            f"Rows and files are restored, and a later step failed: {error}. Run the commands migrate and update_index."
        ) from error
    return manifest


def check_backup(folder: Path, key: Any | None) -> Manifest:
    """Read all of the backup in `folder`, and return its manifest. Raises BackupError if it is damaged."""
    manifest = read_manifest(folder, key)
    key = key if is_encrypted(folder) else None
    for file in manifest.all_files():
        with Path(os.devnull).open("wb") as nowhere:
            _fetch_checked(folder, file, nowhere, key)
    return manifest


def find_content(media: Media | None) -> str:
    """Return in words what the site has that a new one hasn't, or nothing."""
    tables = connection.introspection.table_names()
    models = [("accounts", get_user_model().objects.all()), ("pages", Page.objects.filter(depth__gt=2))]
    for name, rows in models:
        if rows.model._meta.db_table in tables and rows.exists():
            return name
    return "files" if media and any(find_files(media)) else ""


def _check_vendor_and_release(manifest: Manifest) -> None:
    if (manifest.vendor, connection.vendor) == ("postgresql", "sqlite"):
        raise BackupError(
            "This is a backup of PostgreSQL, and DATABASE_URL doesn't name a PostgreSQL database. Nothing was changed."
        )
    known = MigrationLoader(None).disk_migrations
    if unknown := [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]:
        raise BackupError(
            f"The backup was made by {manifest.release}, a later release, or by one with other apps: here, nothing is "
            f"known of {', '.join(unknown[:3])}. Install that release first. Nothing was changed."
        )


@contextmanager
def _staging(media: Media) -> Iterator[Path]:
    """Make a folder to work in."""
    workplace = find_workplace(media)
    with lock(workplace):
        for leftover in workplace.glob("restore-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        folder = Path(mkdtemp(prefix="restore-", dir=workplace))
        try:
            (folder / "media").mkdir()
            (folder / "replaced").mkdir()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _fetch_all(folder: Path, manifest: Manifest, staged: Path, key: Any | None) -> Path:
    """Write all files of the backup to the folder `staged`, and check them. Return the path of the database's."""
    dump = staged / "database"
    places = [(dump, manifest.database)]
    places += [(join(staged / "media", name), file) for name, file in manifest.files.items()]
    try:
        for path, file in places:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as target:
                _fetch_checked(folder, file, target, key)
            # The next backup sees by it that the file hasn't changed.
            os.utime(path, ns=(file.modified, file.modified))
    except OSError as error:
        raise BackupError(f"{staged} can't be written: {error.strerror}. Nothing was changed.") from error
    return dump


def _fetch_checked(folder: Path, file: StoredFile, target: Any, key: Any | None) -> None:
    if fetch(join(folder, file.place), target, key) != file.sha256:
        raise BackupError(f"{folder / file.place} is damaged: its SHA-256 is another. Nothing was changed.")


def _swap_media(new: Path, media: Media, replaced: Path) -> None:
    try:
        replace_files(media, new, replaced)
    except OSError as error:
        raise BackupError(
            f"The database is restored, the files aren't: {error}. Correct that, and run the same command again with "
            "--replace."
        ) from error
