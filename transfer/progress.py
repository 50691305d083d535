"""Shows how far a long command is: a bar on a terminal, now and then a line in a log."""

import shutil
import time
from collections.abc import Callable

_LINE_EVERY = 50
_SECONDS_BETWEEN_FRAMES = 0.1


class ProgressBar:
    """Call it with a step's name, how much of it is done, and how much there is."""

    def __init__(self, write: Callable[[str], object], on_terminal: bool) -> None:
        self._write = write
        self._on_terminal = on_terminal
        self._drawn_at = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show the progress of a step."""
        if not self._on_terminal:
            if done % _LINE_EVERY == 0 or done == total:
                self._write(f"{step}: {done} of {total}\n")
            return
        now = time.monotonic()
        if done < total and now - self._drawn_at < _SECONDS_BETWEEN_FRAMES:
            return
        self._drawn_at = now
        width = max(10, min(40, shutil.get_terminal_size().columns - 40))
        filled = width * done // total
        bar = "█" * filled + "·" * (width - filled)
        self._write(f"\r{step:<13}{bar} {done} of {total}\033[K" + ("\n" if done == total else ""))
