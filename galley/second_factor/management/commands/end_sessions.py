"""`manage.py end_sessions`: signs everybody out, so that a second factor that is required now is asked for."""

from typing import Any

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Deletes all sessions."""

    help = "Signs everybody out. Open editors ask for the sign-in, and go on with what was written."

    def handle(self, **options: Any) -> None:
        """Delete them, and say how many there were."""
        ended, _ = Session.objects.all().delete()
        self.stdout.write(f"{ended} sessions have ended.")
