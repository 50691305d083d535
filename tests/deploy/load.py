"""Visitors who read pages and send forms all the time, each request on a connection of its own."""

import ssl
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

# The certificate is the test's own.
CONTEXT = ssl._create_unverified_context()  # noqa: S323
VISITORS = 2


class Load:
    """Visitors who call `visit` with the number of their request until the block ends.

    `visit` returns what was answered. `answers` counts answers, `failures` has what else happened.
    """

    def __init__(self, visit: Callable[[int], str]) -> None:
        self._visit = visit
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(VISITORS)]
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, answer: str, times: int = 20) -> None:
        """Wait until that has been answered so many times more. Raises TimeoutError."""
        self._wait(lambda: self.answers[answer], times, answer)

    def wait_for_failures(self, times: int = 5) -> None:
        """Wait until so many more requests have failed. Raises TimeoutError."""
        self._wait(lambda: len(self.failures), times, "a failure")

    def _wait(self, count: Callable[[], int], times: int, what: str) -> None:
        with self._changed:
            wanted = count() + times
            if not self._changed.wait_for(lambda: count() >= wanted, timeout=120):
                raise TimeoutError(f"{what!r} didn't come. Answers: {self.answers}. Failures: {self.failures[-3:]}")

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            try:
                answer, failure = self._visit(number), None
            except Exception as error:
                answer, failure = None, repr(error)
            with self._changed:
                if answer is not None:
                    self.answers[answer] += 1
                if failure is not None:
                    self.failures.append(failure)
                self._changed.notify_all()


def request(url: str, data: bytes | None = None, *, timeout: float = 30, **headers: str) -> tuple[int, str]:
    """Return status and text of an answer. Raises HTTPError for a status of 500 or more, OSError if none comes."""
    try:
        asked = urllib.request.Request(url, data, headers)
        with urllib.request.urlopen(asked, timeout=timeout, context=CONTEXT) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        if error.code >= 500:
            raise
        return error.code, error.read().decode()
