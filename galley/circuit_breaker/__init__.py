"""A circuit breaker: a server that doesn't answer isn't asked for a while, so that few wait for its timeouts."""

from threading import Lock
from time import monotonic


class CircuitBreaker:
    """Whether a server is left alone, for `pause` seconds after a failure. Threads may share it."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._lock = Lock()
        self._until = 0.0

    def allows_call(self) -> bool:
        """Return whether to ask. After a pause, one caller tries whether the server is back; the others don't wait."""
        with self._lock:
            is_over = monotonic() >= self._until
            if self._until and is_over:
                self._until = monotonic() + self._pause
            return is_over

    def trip(self) -> None:
        """The server hasn't answered."""
        with self._lock:
            self._until = monotonic() + self._pause

    def reset(self) -> None:
        """The server has answered."""
        self._until = 0.0
