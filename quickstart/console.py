"""What `up` prints: its progress, and errors of disk and database in sentences."""

import errno
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import CommandError, OutputWrapper
from django.db import DatabaseError

Report = Callable[[str], object]

UNCHANGED = "Your data is unchanged. The same command continues from here."


class Progress:
    """Writes steps to `stdout`: on a terminal, each step replaces the line of the last one."""

    def __init__(self, stdout: OutputWrapper) -> None:
        self._stdout = stdout
        self._changes = stdout.isatty()

    def report(self, line: str) -> None:
        """Show the current step."""
        if self._changes:
            self._stdout.write(f"\r\033[K  {line}"[: 5 + 110], ending="")
        else:
            self._stdout.write(f"  {line}")
        self._stdout.flush()

    def done(self, line: str) -> None:
        """Replace the current step by `line`, which stays."""
        self._stdout.write(f"\r\033[K{line}" if self._changes else line)
        self._stdout.flush()


class MigrationCount(io.StringIO):
    """An output stream for `migrate`. Reports each tenth of its `total` migrations."""

    def __init__(self, total: int, report: Report) -> None:
        super().__init__()
        self._total = total
        self._report = report
        self._done = 0

    def write(self, text: str) -> int:
        """Count the migrations that `text` says are applied."""
        before = self._done * 10 // self._total
        self._done += text.count(" OK\n") or text.endswith(" OK")
        if self._done * 10 // self._total > before:
            self._report(f"Database: step {self._done} of {self._total}")
        return len(text)


@contextmanager
def explaining_errors() -> Iterator[None]:
    """Turn errors of disk and database, and Ctrl-C, into a `CommandError` that says what to do."""
    try:
        yield
    except DatabaseError as error:
        raise CommandError(f"{_explain_database(str(error))} {UNCHANGED}") from error
    except OSError as error:
        raise CommandError(f"{_explain_file(error)} {UNCHANGED}") from error
    except KeyboardInterrupt:
        raise CommandError(f"Stopped before the site was ready. {UNCHANGED}") from None


def _explain_database(message: str) -> str:
    if "readonly" in message or "unable to open" in message:
        return f"The database in {settings.VAR_DIR} can't be written. Give your account write access to it."
    if "full" in message or "disk I/O" in message:
        return _no_space()
    if "locked" in message:
        return "Another program has locked the database. Close that program."
    return f"The database reports: {message}."


def _explain_file(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return _no_space()
    return f"{error.filename or settings.VAR_DIR} can't be used ({error.strerror}). Give your account access to it."


def _no_space() -> str:
    return f"There is no space left on the disk of {settings.VAR_DIR}. Free some space."
