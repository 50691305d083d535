"""What can go wrong with a machine, said in sentences: what happened, what is kept, what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError

KEPT = "What was there before is kept, and the same command goes on from here."


@contextmanager
def explained() -> Iterator[None]:
    """Turn failures of disk and database into a `CommandError` that a person can act on."""
    try:
        yield
    except DatabaseError as error:
        raise CommandError(f"{_explain_database(str(error))} {KEPT}") from error
    except OSError as error:
        raise CommandError(f"{_explain_file(error)} {KEPT}") from error
    except KeyboardInterrupt:
        raise CommandError(f"Stopped before the site was ready. {KEPT}") from None


def _explain_database(message: str) -> str:
    if "readonly" in message or "unable to open" in message:
        return f"The database in {settings.VAR_DIR} can't be written: give your account write access to it."
    if "full" in message or "disk I/O" in message:
        return _no_space()
    if "locked" in message:
        return "Another program holds the database: close it."
    return f"The database answers: {message}."


def _explain_file(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return _no_space()
    return f"{error.filename or settings.VAR_DIR} can't be used ({error.strerror}): give your account access to it."


def _no_space() -> str:
    return f"There is no space left on the disk of {settings.VAR_DIR}: make some room."
