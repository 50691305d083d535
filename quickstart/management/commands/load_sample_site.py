"""`manage.py load_sample_site`: fills a new site with texts and pictures to start from."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quickstart.sample_site import Outcome, load_sample_site


class Command(BaseCommand):
    """Loads the sample site, once; a site with content of its own is left as it is."""

    help = "Fills a new, empty site with sample pages, posts and pictures. A site that has content is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the sample site and say how it went."""
        result = load_sample_site(self.stdout.write)
        if result.outcome is Outcome.REFUSED:
            raise CommandError(result.message)
        self.stdout.write(self.style.SUCCESS(result.message))
