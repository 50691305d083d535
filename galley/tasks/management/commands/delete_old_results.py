"""`manage.py delete_old_results` deletes what finished background tasks have left in the queue."""

from typing import Any

from django.core.management.base import BaseCommand

from galley.tasks.queue import delete_old_results


class Command(BaseCommand):
    """Run it once an hour."""

    help = (
        "Deletes the results of background tasks that are older than two weeks, and all but the newest 10,000 of those "
        "that have succeeded and of those that have failed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once."""
        count = delete_old_results()
        if options["verbosity"]:
            self.stdout.write(f"{count} results deleted.")
