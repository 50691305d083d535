"""Visitors who read pages and send forms all the time, each request on a connection of its own."""

import ssl
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from itertools import count
from types import TracebackType
from typing import Self

from tests.running_site import RunningSite

# The certificate is the test's own.
CONTEXT = ssl._create_unverified_context()  # noqa: S323
VISITORS = 2
CACHED = ["/", "/blog/", "/portfolio/"]
# So long a visitor waits, in seconds. The site gives up earlier, even on a busy machine.
PATIENCE = 8


class Load:
    """Visitors who call `visit` with the number of their request until the block ends.

    `visit` returns what was answered. `answers` counts answers, `failures` has what else happened.
    """

    def __init__(self, visit: Callable[[int], str], visitors: int = VISITORS) -> None:
        self._visit = visit
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(visitors)]
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


class Visitors(Load):
    """Visitors of pages that are stored in memory, and of others.

    `seconds` is how long each kind of answer took, `ended` when the last of each kind was there.
    """

    def __init__(self, site: RunningSite, visitors: int = VISITORS) -> None:
        super().__init__(self._read, visitors)
        self._site = site
        self._words = count()
        self.seconds: dict[str, list[float]] = {}
        self.ended: dict[str, float] = {}

    def _read(self, number: int) -> str:
        # A search for a word that nobody has searched for isn't in the cache.
        path = CACHED[number % 3] if number % 2 else f"/search/?query=word{next(self._words)}"
        began = time.monotonic()
        try:
            status = str(request(self._site.url + path, timeout=PATIENCE)[0])
        except urllib.error.HTTPError as error:
            status = f"{error.code}" if "Retry-After" in error.headers else f"{error.code} without Retry-After"
        kind = f"{'stored' if number % 2 else 'searched'} {status}"
        self.ended[kind] = time.monotonic()
        self.seconds.setdefault(kind, []).append(self.ended[kind] - began)
        return kind


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
