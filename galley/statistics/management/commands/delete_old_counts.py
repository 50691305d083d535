"""`manage.py delete_old_counts` deletes old counts of visits."""

from typing import Any

from galley.site_settings.commands import LocalTimeCommand
from galley.statistics.storing import delete_old_counts


class Command(LocalTimeCommand):
    """Run it once a day."""

    help = "Deletes the counts of how often pages were read that are older than two years."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once."""
        count = delete_old_counts()
        if options["verbosity"]:
            self.stdout.write(f"{count} counts deleted.")
