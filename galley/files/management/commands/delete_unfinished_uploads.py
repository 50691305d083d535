"""`manage.py delete_unfinished_uploads` deletes what uploads have left behind."""

from typing import Any

from django.core.management.base import BaseCommand

from galley.files.unfinished import delete_unfinished_uploads


class Command(BaseCommand):
    """Run it once a day."""

    help = "Deletes uploads of more than a day ago whose form was never filled in, or that broke off."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once."""
        count = delete_unfinished_uploads()
        if options["verbosity"]:
            self.stdout.write(f"{count} unfinished uploads deleted.")
