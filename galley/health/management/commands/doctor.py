"""`manage.py doctor`: says what is wrong with the site, and how to mend it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from galley.health.findings import State
from galley.health.questions import find_all


class Command(BaseCommand):
    """Prints one line for each finding, and the mend of what isn't well. It ends with 1 if there is a fault."""

    help = "Asks database, Redis, worker, mail, certificate, backups, disk and settings whether the site is well."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        """Print the findings."""
        styles = {State.WELL: self.style.SUCCESS, State.WARNING: self.style.WARNING, State.FAULT: self.style.ERROR}
        findings = find_all()
        for finding in findings:
            state = styles[finding.state](f"{finding.state.value:7}")
            self.stdout.write(f"{state} {finding.name}: {finding.text}")
            if finding.mend:
                self.stdout.write(f"        {finding.mend}")
        if any(finding.state is State.FAULT for finding in findings):
            raise CommandError("The site isn't well. The lines above say what to do.", returncode=1)
