"""Plays what people do, each action in a thread of its own, and counts what was done and what failed."""

import asyncio
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from benchmarks.soak.people import Action, People
from benchmarks.soak.screens import follow_draft
from benchmarks.soak.site import SoakedSite

FILLING_THREADS = 4
REPORTED_FAILURES = 50


class Load:
    """People at work on the site. `done` counts what they did, `failed` what didn't work; `failures` says how."""

    def __init__(self, site: SoakedSite) -> None:
        self._site = site
        # For the sockets, which take what the system trusts.
        os.environ["SSL_CERT_FILE"] = str(site.front.certificate)
        self._people = People(site)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.done: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.failures: list[str] = []

    def fill_caches(self, requests: int) -> None:
        """Ask for so many addresses that nobody asks for again: then the caches can't grow any more."""
        with ThreadPoolExecutor(FILLING_THREADS) as pool:
            for future in [pool.submit(self._people.fill_caches) for _ in range(requests)]:
                future.result()

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Let them work for the length of the block."""
        threads = [threading.Thread(target=self._repeat, args=item) for item in self._people.actions.items()]
        threads.append(threading.Thread(target=self._watch))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _repeat(self, name: str, action: Action) -> None:
        while not self._stop.wait(action.seconds):
            try:
                action.run()
            except Exception as error:
                self._note_failure(name, error)
            else:
                self._note(name)

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                asyncio.run(follow_draft(self._site, self._people.cookie, self._stop, self._note))
            except Exception as error:
                self._note_failure("preview", error)

    def _note(self, name: str) -> None:
        with self._lock:
            self.done[name] += 1

    def _note_failure(self, name: str, error: Exception) -> None:
        with self._lock:
            self.failed[name] += 1
            if len(self.failures) < REPORTED_FAILURES:
                self.failures.append(f"{time.strftime('%H:%M:%S')} {name}: {error!r}"[:1_000])
