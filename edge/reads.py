"""The queries that a response was made from, and whether they still give the same rows."""

import sys
from hashlib import blake2b
from typing import Any

from django.db import connections

from edge.changes import State
from edge.tables import CHILDREN_COLUMN, DRAFT_COLUMNS, private_tables

QueryKey = tuple[str, str, str]


class Reads:
    """The queries of one response, each once."""

    def __init__(self) -> None:
        self.has_private = False
        self._queries: dict[QueryKey, Any] = {}

    def add(self, alias: str, sql: str, params: Any, sources: frozenset[str]) -> None:
        """Note a query on the database `alias` that reads the tables `sources`."""
        if sources & private_tables():
            self.has_private = True
        # Thousands of pages are made from the same few statements: one copy of each is kept.
        self._queries[alias, sys.intern(sql), repr(params)] = params

    @property
    def size(self) -> int:
        """About how many bytes they take."""
        return sum(400 + len(key[2]) for key in self._queries)

    def digest(self, memory: "DigestMemory") -> bytes:
        """Return 16 bytes that stand for all that the queries give now. Blocks: asks the database."""
        whole = blake2b(digest_size=16)
        for key, params in self._queries.items():
            digest = memory.get(key)
            if digest is None:
                digest = memory.put(key, _digest_of_rows(key[0], key[1], params))
            whole.update(digest)
        return whole.digest()


class DigestMemory:
    """What queries gave since the last change. The menu is the same query for every page, and is asked once."""

    MOST = 5_000

    def __init__(self, state: State) -> None:
        self.state = state
        self._digests: dict[QueryKey, bytes] = {}

    def get(self, key: QueryKey) -> bytes | None:
        """Return what the query gave, if it has been asked."""
        return self._digests.get(key)

    def put(self, key: QueryKey, digest: bytes) -> bytes:
        """Remember what the query gives."""
        if len(self._digests) < self.MOST:
            self._digests[key] = digest
        return digest


def _digest_of_rows(alias: str, sql: str, params: Any) -> bytes:
    """Return 16 bytes that stand for what visitors may see of the rows that a query gives."""
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, params)
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    if not DRAFT_COLUMNS.isdisjoint(names) or CHILDREN_COLUMN in names:
        seen = [(place, name == CHILDREN_COLUMN) for place, name in enumerate(names) if name not in DRAFT_COLUMNS]
        rows = [[bool(row[place]) if is_number else row[place] for place, is_number in seen] for row in rows]
    return blake2b(repr(rows).encode("utf-8", "backslashreplace"), digest_size=16).digest()
