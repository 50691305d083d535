"""What one socket, and one person with many sockets, may take of the server."""

import time
from collections import Counter
from collections.abc import Hashable

from galley.preview import limits


class TooFast(Exception):
    """The socket says more than any person's page would."""


class TooManySockets(Exception):
    """The socket's owner has as many open as one may have."""


class Allowance:
    """What a socket may say: it fills up steadily, and what is said takes from it."""

    def __init__(self) -> None:
        self._left = float(limits.MESSAGES_AT_ONCE)
        self._counted_at = time.monotonic()

    def spend(self, size: int) -> None:
        """Take a message of `size` characters or bytes from it. Raises `TooFast` if nothing is left."""
        now = time.monotonic()
        refilled = self._left + (now - self._counted_at) * limits.MESSAGES_PER_SECOND
        self._left = min(refilled, limits.MESSAGES_AT_ONCE) - 1 - size / limits.BYTES_AS_ANOTHER_MESSAGE
        self._counted_at = now
        if self._left < 0:
            raise TooFast


class OpenSockets:
    """How many sockets each owner has open in this process."""

    def __init__(self) -> None:
        self._open: Counter[Hashable] = Counter()

    def add(self, owner: Hashable, most: int) -> None:
        """Count one more. Raises `TooManySockets`, and counts nothing, if the owner has `most` already."""
        if self._open[owner] >= most:
            raise TooManySockets
        self._open[owner] += 1

    def remove(self, owner: Hashable) -> None:
        """Count one less."""
        self._open[owner] -= 1
        if self._open[owner] <= 0:
            del self._open[owner]


open_sockets = OpenSockets()
