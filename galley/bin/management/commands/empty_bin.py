"""`manage.py empty_bin` deletes for good what has been in the bin for long enough."""

from typing import Any

from django.core.management.base import BaseCommand

from galley.bin.views import delete_expired


class Command(BaseCommand):
    """Run it once a day."""

    help = "Deletes for good what has been in the bin for BIN_DAYS, with its files."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once."""
        count = delete_expired()
        if options["verbosity"]:
            self.stdout.write(f"{count} items deleted for good.")
