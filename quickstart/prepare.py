"""Prepares the database for the first start: its tables, the sample site, an account.

Each step only does what is missing in the database, so that the next run completes an interrupted one.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from galley.site_settings.site_address import update_site
from quickstart.console import MigrationCount, Report
from quickstart.sample_site import SiteInUseError, load_sample_site

ADMIN = "admin"
# Without letters and digits that look alike.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105


def update_database(report: Report) -> None:
    """Run the migrations that haven't been run, and write the site's address into the database."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        with _one_transaction():
            call_command("migrate", interactive=False, stdout=MigrationCount(len(plan), report))
    update_site()


def load_content_once(report: Report) -> None:
    """Load the sample site and create the admin, unless there is an account already.

    The account is created last, because it marks the first run as complete.
    """
    users = get_user_model().objects
    if not users.exists():
        with suppress(SiteInUseError):
            load_sample_site(report)
        users.create_superuser(ADMIN)  # has no password until one was shown


def admin_without_password() -> AbstractUser | None:
    """Return the admin, if no password was shown for that account yet."""
    admin = get_user_model().objects.filter(username=ADMIN).first()
    return admin if admin and not admin.has_usable_password() else None


def generate_password() -> str:
    """Return a password of 79 bits in four groups, which is easy to copy from a screen."""
    return "-".join("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(4)) for _ in range(4))


@contextmanager
def _one_transaction() -> Iterator[None]:
    """Run all migrations in one transaction on SQLite, where an interrupted migration could leave half of its changes.

    Foreign keys are switched off first: Django needs that to change tables, and SQLite can't do it in a transaction.
    On PostgreSQL each migration is a transaction of its own, since pending trigger events forbid a longer one.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.constraint_checks_disabled(), transaction.atomic():
        yield
