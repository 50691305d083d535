"""`manage.py move_to_postgresql FOLDER`: move a site from SQLite to PostgreSQL."""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from galley.backups.databases import copy_sqlite
from galley.backups.making import write_backup
from galley.backups.media import find_media
from galley.backups.restoring import restore_backup
from galley.backups.storing import BackupError


class Command(BaseCommand):
    """Moves rows and files of a site on SQLite to this one, which has PostgreSQL and is empty."""

    help = (
        "Moves all rows and files of a site on SQLite into this one, which has PostgreSQL and is empty, and compares "
        "each value of each row."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder."""
        parser.add_argument("folder", type=Path, help="The folder with galley.sqlite3 and media: var, or a copy of it.")

    def handle(self, *, folder: Path, **options: Any) -> None:
        """Move the site. Raises CommandError if it can't be moved: then the new site is empty, as before."""
        if connection.vendor != "postgresql":
            raise CommandError("DATABASE_URL doesn't name a PostgreSQL database to move to. Nothing was done.")
        databases = list(folder.glob("*.sqlite3"))
        if len(databases) != 1:
            raise CommandError(f"{folder} must have one file *.sqlite3, and has {len(databases)}. Nothing was done.")
        media, new_media = folder / "media", find_media()
        stays = isinstance(new_media, Path) and media.resolve() == new_media.resolve()
        try:
            # A backup is consistent while somebody still writes to the former site, and is checked as it is restored.
            with TemporaryDirectory(dir=getattr(settings, "VAR_DIR", None), prefix="moving-") as work:
                nothing = Path(work) / "nothing"
                copy, manifest = write_backup(
                    Path(work), nothing if stays else media, None, partial(copy_sqlite, databases[0])
                )
                restore_backup(copy, new_media, None, has_media=not stays)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except Error as error:
            raise CommandError(f"The database gives no answer: {error}. Nothing was moved.") from error
        self.stdout.write(
            f"All tables are in PostgreSQL, and each value of each row was compared. {len(manifest.files)} files were "
            "copied. The search index is made. Next: start the site and its worker again."
        )
