"""Asks all questions about the health of the site."""

from collections.abc import Callable, Iterator

from django.db import DatabaseError
from django.utils.translation import gettext as _

from galley.health.findings import Finding, State
from galley.health.network import check_address, check_certificate, check_mail
from galley.health.services import (
    check_cache,
    check_database,
    check_index,
    check_scheduled_pages,
    check_settings,
    check_worker,
)
from galley.health.storage import check_backups, check_disk, check_files

# The database is asked before them.
QUESTIONS: list[Callable[[], Iterator[Finding]]] = [
    check_settings,
    check_cache,
    check_worker,
    check_scheduled_pages,
    check_index,
    check_mail,
    check_address,
    check_certificate,
    check_backups,
    check_files,
    check_disk,
]
ABOUT_ROWS = {check_worker, check_scheduled_pages, check_index}


def find_all() -> list[Finding]:
    """Ask all questions, and return the answers. Blocks for some seconds if something is away.

    A database that is away is asked once: each of the others about it would wait as long.
    """
    database = _ask(check_database)
    is_away = any(finding.state is State.FAULT for finding in database)
    questions = [question for question in QUESTIONS if not (is_away and question in ABOUT_ROWS)]
    return database + [finding for question in questions for finding in _ask(question)]


def _ask(question: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Return the findings of one question. One that fails leaves the others to be asked."""
    name = question.__name__.removeprefix("check_").replace("_", " ")
    try:
        return list(question())
    except DatabaseError as error:  # it answers, as `check_database` has found
        mend = _("Bring its tables up to date: galley migrate, then galley restart.")
        return [Finding(name, State.FAULT, _("This couldn't be asked: %s") % error, mend)]
    except Exception as error:  # whatever is away raises its own errors
        mend = _("The log may say more: journalctl -u 'galley-*' --since today.")
        return [Finding(name, State.FAULT, _("This couldn't be asked: %s") % error, mend)]
