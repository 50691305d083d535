"""`manage.py publish_scheduled` publishes and unpublishes what is due."""

from typing import Any

from django.core.management.base import BaseCommand

from galley.publishing.schedule import run_schedule


class Command(BaseCommand):
    """Replaces Wagtail's command of that name."""

    help = "Publishes scheduled pages and unpublishes expired ones. What fails is reported and tried again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once."""
        run_schedule()
