"""The base of commands that read or write local times."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from galley.site_settings.active_zone import read_site_zone


class LocalTimeCommand(BaseCommand):
    """A command that runs in the site's time zone, as its visitors and editors do, and not in `TIME_ZONE`."""

    def execute(self, *args: Any, **options: Any) -> Any:
        """Run Django's command."""
        with timezone.override(read_site_zone()):
            return super().execute(*args, **options)
