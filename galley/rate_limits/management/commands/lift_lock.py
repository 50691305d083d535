"""`manage.py lift_lock` lets somebody try their password again at once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from galley.rate_limits.locks import KINDS, lift_lock
from galley.rate_limits.models import AttemptCount


class Command(BaseCommand):
    """Lifts the locks that follow from wrong passwords."""

    help = (
        "Lets somebody sign in again who has entered too many wrong passwords: name the account, or the address that "
        "they come from. With --all, everybody."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take names, or --all."""
        parser.add_argument("names", nargs="*", metavar="NAME", help="a user name or an IP address")
        parser.add_argument("--all", action="store_true", help="lift all locks")

    def handle(self, **options: Any) -> None:
        """Lift the locks, and say how many there were. Raises CommandError for a name without any."""
        if not options["all"] and not options["names"]:
            raise CommandError("Name an account or an address, or use --all.")
        if options["all"]:
            AttemptCount.objects.filter(limit__in=KINDS).delete()
            self.stdout.write("All locks are lifted.")
        for name in options["names"]:
            if not lift_lock(name):
                raise CommandError(f"Nothing is locked for {name}. The log of the server names the addresses.")
            self.stdout.write(f"{name} may try again.")
