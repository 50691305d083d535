"""`manage.py backup`: back the site up."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from galley.backups import storing
from galley.backups.conf import find_bucket
from galley.backups.making import make_backup
from galley.backups.media import find_media
from galley.backups.storing import BackupError, read_key


class Command(BaseCommand):
    """Backs up the database and the files to a new folder in `BACKUP_DIR`."""

    help = (
        "Backs up database and files to a new folder in `BACKUP_DIR`, while the site runs, copies it to the bucket "
        "`BACKUP_S3_BUCKET` if there is one, and deletes old backups. `--new-key` prints a key for `BACKUP_KEY` "
        "instead."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the option for a key."""
        parser.add_argument("--new-key", action="store_true", help="Print a key for BACKUP_KEY, and do nothing else.")

    def handle(self, *, new_key: bool, **options: Any) -> None:
        """Make the backup. Raises CommandError if it can't be made."""
        if new_key:
            self.stdout.write(storing.new_key())
            return
        try:
            key = read_key(getattr(settings, "BACKUP_KEY", ""))
            root, bucket = Path(getattr(settings, "BACKUP_DIR", "backups")), find_bucket()
            folder, manifest = make_backup(root, find_media(), key, bucket)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except Error as error:
            raise CommandError(f"The database gives no answer: {error}. No backup was made.") from error
        rows = sum(manifest.rows.values())
        size = f"{rows} rows and {len(manifest.files)} files{', encrypted' if key else ''}"
        self.stdout.write(f"{folder}: {size}.{f' It is in {bucket}, too.' if bucket else ''}")
        for name in manifest.missing:
            self.stderr.write(f"The database names a file that isn't there: {name}")
