"""`manage.py check_links` reads and checks the links of all published pages."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from galley.reports.inside import check_inside, store_dangling_references
from galley.reports.models import Address
from galley.reports.outside import check_outside
from galley.reports.reading import find_unread_pages, read_page

MAX_SECONDS_TO_READ = 30 * 60


class Command(BaseCommand):
    """Run it once a night."""

    help = (
        "Checks the links of all published pages, also those to other hosts: one request at a time, with pauses, for "
        "an hour at most. The reports of the admin show what is broken."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once."""
        ends_at = time.monotonic() + MAX_SECONDS_TO_READ
        for page in find_unread_pages().iterator():
            read_page(page)
            if time.monotonic() > ends_at:
                break
        store_dangling_references()
        Address.objects.filter(links=None).delete()
        check_inside(Address.objects.all())
        checked = check_outside()
        if options["verbosity"]:
            broken = Address.objects.exclude(problem="").count()
            self.stdout.write(f"{checked} links to other hosts checked. {broken} links of the site are broken.")
