"""Whether the queries that a response was made from still give the same rows."""

from hashlib import blake2b
from typing import Any

from django.db import connections

from galley.page_cache.reads import QueryKey, Reads
from galley.page_cache.tables import CHILDREN_COLUMN, DRAFT_COLUMNS, private_tables
from galley.page_cache.version import Version


class DigestMemory:
    """What queries gave in one version. The menu is the same query for every page, and is asked once."""

    MOST = 5_000

    def __init__(self, version: Version) -> None:
        self.version = version
        self._digests: dict[QueryKey, bytes] = {}

    def digest(self, reads: Reads) -> bytes:
        """Return 16 bytes that stand for all that the queries of `reads` give now. Blocks: asks the database."""
        whole = blake2b(digest_size=16)
        for key, (params, _sources) in reads.queries.items():
            digest = self._digests.get(key)
            if digest is None:
                digest = _digest_of_rows(key[0], key[1], params)
                if len(self._digests) < self.MOST:
                    self._digests[key] = digest
            whole.update(digest)
        return whole.digest()


def has_private(reads: Reads) -> bool:
    """Return whether anything was read that isn't for everybody."""
    return any(sources & private_tables() for _params, sources in reads.queries.values())


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
