"""`manage.py restore`: restore a backup, or check it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from galley.backups.manifest import find_backups
from galley.backups.media import find_media
from galley.backups.restoring import check_backup, restore_backup
from galley.backups.storing import BackupError, read_key

NEXT = "Next: start the site and its worker again, so that nothing of what was before is in their memory."


class Command(BaseCommand):
    """Restores a backup into an empty site, after each file of it was checked."""

    help = (
        "Restores a backup into an empty site, after each file of it was checked. `--check` only checks. Without a "
        "name, lists the backups in `BACKUP_DIR`."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the backup and the options."""
        parser.add_argument("backup", nargs="?", help="`newest`, a name in BACKUP_DIR, or the path of its folder.")
        parser.add_argument("--check", action="store_true", help="Read and check all of it, and change nothing.")
        parser.add_argument("--replace", action="store_true", help="Delete the content that the site has.")

    def handle(self, *, backup: str | None, check: bool, replace: bool, **options: Any) -> None:
        """Restore or check the backup. Raises CommandError if that can't be done."""
        root = Path(getattr(settings, "BACKUP_DIR", "backups"))
        backups = find_backups(root)
        if backup is None:
            names = [folder.name for folder in backups.values()]
            self.stdout.write("\n".join(names) or f"There is no backup in {root}.")
            return
        if backup == "newest" and not backups:
            raise CommandError(f"There is no backup in {root}. Nothing was changed.")
        # An absolute path stays as it is.
        folder = next(iter(backups.values())) if backup == "newest" else root / backup
        try:
            key = read_key(getattr(settings, "BACKUP_KEY", ""))
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
