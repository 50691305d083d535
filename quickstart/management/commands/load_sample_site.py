"""`manage.py load_sample_site` loads the sample site into an empty site."""

from typing import Any

from django.core.management.base import BaseCommand

from quickstart.sample_site import load_sample_site


class Command(BaseCommand):
    """Loads the sample site. A site with pages of its own isn't changed."""

    help = "Loads sample pages, posts and pictures into an empty site. A site with pages of its own isn't changed."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the sample site and print the outcome."""
        self.stdout.write(self.style.SUCCESS(load_sample_site(self.stdout.write)))
