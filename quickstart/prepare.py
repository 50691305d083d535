"""What has to be there before the site can answer: the tables, the sample site, an account.

Each step looks at what the database holds and does what is missing, so a run that was cut short anywhere is
completed by the next one.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from quickstart.progress import MigrationCount, Report
from quickstart.sample_site import load_sample_site

ADMIN = "admin"
# No letters that are mistaken for one another, or for a digit.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105


def update_database(report: Report) -> None:
    """Bring the tables up to date, if they aren't."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        with _all_or_nothing():
            call_command("migrate", interactive=False, stdout=MigrationCount(len(plan), report))


def load_content_once(report: Report) -> None:
    """Load the sample site and add the admin, unless somebody has an account here already.

    The account comes last: as long as there is none, the first run isn't complete.
    """
    users = get_user_model().objects
    if not users.exists():
        load_sample_site(report)
        users.create_superuser(ADMIN)  # without a password until one is shown


def admin_without_password() -> AbstractUser | None:
    """Return the admin if nobody can know the password, because none was ever shown."""
    admin = get_user_model().objects.filter(username=ADMIN).first()
    return admin if admin and not admin.has_usable_password() else None


def generate_password() -> str:
    """Return a password of 80 bits in four groups, easy to copy from a screen."""
    return "-".join("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(4)) for _ in range(4))


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """Make the migrations one transaction on SQLite, where a stop between two of them could leave half of one.

    SQLite can't switch foreign keys off inside a transaction, and Django refuses to change tables with them on.
    PostgreSQL's triggers allow no such long transaction; there each migration is one.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.constraint_checks_disabled(), transaction.atomic():
        yield
