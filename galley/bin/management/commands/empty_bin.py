"""`manage.py empty_bin` deletes for good what has been in the bin for long enough."""

from typing import Any

from django.core.management.base import BaseCommand
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from galley.bin.views import delete_expired


class Command(BaseCommand):
    """Run it once a day."""

    help = (
        "Deletes for good what has been in the bin for BIN_DAYS, with its files, and what the search index still has "
        "of deleted pages and files."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once."""
        count = delete_expired()
        # `update_index` may index an object in the very moment in which it is deleted.
        get_search_backend().get_index_for_model(Page).delete_stale_entries()
        if options["verbosity"]:
            self.stdout.write(f"{count} items deleted for good.")
