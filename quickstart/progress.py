"""Lines that show how far `up` has come."""

import io
from collections.abc import Callable

from django.core.management.base import OutputWrapper

Report = Callable[[str], object]


class Progress:
    """Writes steps to `stdout`: one line that changes in a terminal, a line for each step elsewhere."""

    def __init__(self, stdout: OutputWrapper) -> None:
        self._stdout = stdout
        self._changes = stdout.isatty()

    def report(self, line: str) -> None:
        """Show what is being done now."""
        if self._changes:
            self._stdout.write(f"\r\033[K  {line}"[: 5 + 110], ending="")
        else:
            self._stdout.write(f"  {line}")
        self._stdout.flush()

    def done(self, line: str) -> None:
        """Leave `line` standing."""
        self._stdout.write(f"\r\033[K{line}" if self._changes else line)
        self._stdout.flush()


class MigrationCount(io.StringIO):
    """Takes the output of `migrate`, and reports each tenth of its `total` steps."""

    def __init__(self, total: int, report: Report) -> None:
        super().__init__()
        self._total = total
        self._report = report
        self._done = 0

    def write(self, text: str) -> int:
        """Count the steps that `migrate` says are applied."""
        before = self._done * 10 // self._total
        self._done += text.count(" OK\n") or text.endswith(" OK")
        if self._done * 10 // self._total > before:
            self._report(f"Database: step {self._done} of {self._total}")
        return len(text)
