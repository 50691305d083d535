"""`manage.py remove_second_factor USER`: for who has lost it, and the recovery codes too."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Deletes authenticator app, passkeys and recovery codes of an account."""

    help = "Removes the second factor of an account whose owner has lost it, with the recovery codes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the name of the account."""
        parser.add_argument("user", help="The name that is typed at the sign-in.")

    def handle(self, *, user: str, **options: Any) -> None:
        """Remove it, and say what that means. Raises CommandError if there is no such account."""
        model = get_user_model()
        try:
            account = model._default_manager.get_by_natural_key(user)
        except model.DoesNotExist:
            raise CommandError(f"There is no account {user}.") from None
        removed, _ = Authenticator.objects.filter(user=account).delete()
        if removed:
            self.stdout.write(f"{user} signs in with the password alone, until a second factor is set up again.")
        else:
            self.stdout.write(f"{user} has no second factor.")
