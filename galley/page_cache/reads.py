"""The queries that something was made from.

What is kept in memory keeps its queries too: whoever uses it later has read the same (`note`), although nothing was
asked.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

QueryKey = tuple[str, str, str]


class Reads:
    """Queries and the tables that they read, each once."""

    def __init__(self) -> None:
        self.queries: dict[QueryKey, tuple[Any, frozenset[str]]] = {}

    def add(self, alias: str, sql: str, params: Any, sources: frozenset[str]) -> None:
        """Note a query on the database `alias` that reads the tables `sources`."""
        # Thousands of pages are made with the same few statements: one copy of each is kept.
        self.queries[alias, sys.intern(sql), repr(params)] = params, sources

    @property
    def size(self) -> int:
        """About how many bytes they take."""
        return sum(400 + len(key[2]) for key in self.queries)

    def update(self, other: "Reads") -> None:
        """Note all queries of `other`."""
        self.queries.update(other.queries)


reads_in_progress: ContextVar[Reads | None] = ContextVar("reads_in_progress", default=None)


@contextmanager
def recorded() -> Iterator[Reads]:
    """Note in the given `Reads` what is asked meanwhile, and in those that are noted around it, if any."""
    outer, reads = reads_in_progress.get(), Reads()
    token = reads_in_progress.set(reads)
    try:
        yield reads
    finally:
        reads_in_progress.reset(token)
        if outer is not None:
            outer.update(reads)


def note(reads: Reads) -> None:
    """Note the queries of something that was kept, where queries are being noted."""
    if (outer := reads_in_progress.get()) is not None:
        outer.update(reads)
