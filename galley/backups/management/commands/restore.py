"""`manage.py restore`: restore a backup, or check it."""

from argparse import ArgumentParser
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from galley.backups.conf import find_bucket
from galley.backups.manifest import find_backups, read_time
from galley.backups.media import find_media
from galley.backups.restoring import check_backup, restore_backup
from galley.backups.storing import BackupError, read_key

NEXT = "Next: start the site and its worker again, so that nothing of what was before is in their memory."


class Command(BaseCommand):
    """Restores a backup into an empty site, after each file of it was checked."""

    help = (
        "Restores a backup into an empty site, after each file of it was checked. `--check` only checks. Without a "
        "name, lists the backups in `BACKUP_DIR` and in the bucket `BACKUP_S3_BUCKET`, from which one is fetched first."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the backup and the options."""
        parser.add_argument("backup", nargs="?", help="`newest`, a name in the list, or the path of its folder.")
        parser.add_argument("--check", action="store_true", help="Read and check all of it, and change nothing.")
        parser.add_argument("--replace", action="store_true", help="Delete the content that the site has.")

    def handle(self, *, backup: str | None, check: bool, replace: bool, **options: Any) -> None:
        """Restore or check the backup. Raises CommandError if that can't be done."""
        root, bucket = Path(getattr(settings, "BACKUP_DIR", "backups")), find_bucket()
        try:
            if backup is None:
                self._list(root, bucket)
                return
            key = read_key(getattr(settings, "BACKUP_KEY", ""))
            folder = self._find_folder(root, bucket, backup, key)
            if check:
                manifest = check_backup(folder, key)
            else:
                manifest = restore_backup(folder, find_media(), key, replace=replace)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except Error as error:
            raise CommandError(f"The database gives no answer: {error}. Nothing was changed.") from error
        counts = f"{sum(manifest.rows.values())} rows and {len(manifest.files)} files"
        if check:
            self.stdout.write(f"{folder} is complete: {counts}.")
            return
        self.stdout.write(f"{folder} is restored: {counts}.")
        for name in manifest.missing:
            self.stderr.write(f"Was missing when the backup was made: {name}")
        self.stdout.write(NEXT)

    def _list(self, root: Path, bucket: Any | None) -> None:
        """Print the names of the backups in the folder, and of those that only the bucket has."""
        lines = {at: folder.name for at, folder in find_backups(root).items()}
        try:
            lines = {at: f"{name} in {bucket}" for at, name in bucket.each_backup()} | lines if bucket else lines
        finally:
            text = "\n".join(lines[at] for at in sorted(lines, reverse=True))
            self.stdout.write(text or f"There is no backup in {root}.")

    def _find_folder(self, root: Path, bucket: Any | None, backup: str, key: Any | None) -> Path:
        """Return the folder of the backup. One that isn't in `root` is fetched from the bucket."""
        if backup == "newest":
            names = {at: folder.name for at, folder in find_backups(root).items()}
            names |= islice(bucket.each_backup(), 1) if bucket else ()
            if not names:
                raise BackupError(f"There is no backup in {root}. Nothing was changed.")
            backup = names[max(names)]
        # An absolute path stays as it is.
        folder = root / backup
        is_elsewhere = bucket and read_time(backup) and not folder.exists()
        return bucket.fetch(backup, root, key) if bucket and is_elsewhere else folder
