"""`manage.py thin_revisions` deletes old versions of pages."""

from typing import Any

from django.core.management.base import BaseCommand

from galley.history.thinning import thin_revisions


class Command(BaseCommand):
    """Run it once a day."""

    help = (
        "Deletes old versions of pages: after a week, one an hour remains, after a month one a day, after a year one a "
        "week. Versions with a name, and those that are live, scheduled, commented or part of a workflow, remain."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once."""
        count = thin_revisions()
        if options["verbosity"]:
            self.stdout.write(f"{count} old versions deleted.")
