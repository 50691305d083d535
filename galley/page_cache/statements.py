"""What one SQL statement does: which tables it reads, or which one it changes."""

import re
from dataclasses import dataclass
from functools import lru_cache

_IDENTIFIER = r"[\"`]?(\w+)[\"`]?"
_READS = re.compile(r"[\s(]*(?:SELECT|VALUES|WITH)\b", re.IGNORECASE)
_CHANGES = re.compile(
    r"\s*(INSERT|REPLACE|UPDATE|DELETE|TRUNCATE|MERGE|COPY)\b(?:\s+(?:OR\s+\w+|INTO|FROM|TABLE|ONLY))*\s+"
    + _IDENTIFIER,
    re.IGNORECASE,
)
# A query that begins with WITH may change something further on.
_CHANGE_WITHIN = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+" + _IDENTIFIER, re.IGNORECASE)
_SOURCES = re.compile(r"\b(?:FROM|JOIN)\s+" + _IDENTIFIER, re.IGNORECASE)
_SET_COLUMNS = re.compile(r"\bSET\s+(.*?)(?:\s+WHERE\b|\s*$)", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(_IDENTIFIER + r"\s*=")


@dataclass(frozen=True)
class Statement:
    """What a statement reads (`sources`), or the table that it changes; `verb` and, for an UPDATE, `columns` say how.

    What does neither, such as SAVEPOINT, has no verb and no sources.
    """

    sources: frozenset[str] = frozenset()
    verb: str = ""
    table: str = ""
    columns: frozenset[str] = frozenset()


@lru_cache(maxsize=1024)
def parse(sql: str) -> Statement:
    """Return what `sql` does, as far as Django and its libraries write it."""
    if _READS.match(sql):
        within = _CHANGE_WITHIN.search(sql) if sql.lstrip()[:4].upper() == "WITH" else None
        return Statement(frozenset(_SOURCES.findall(sql)), "UPDATE" if within else "", within[1] if within else "")
    change = _CHANGES.match(sql)
    if change is None:
        return Statement()
    verb = change[1].upper()
    return Statement(verb=verb, table=change[2], columns=_columns(sql) if verb == "UPDATE" else frozenset())


def _columns(sql: str) -> frozenset[str]:
    part = _SET_COLUMNS.search(sql)
    return frozenset(_COLUMN.findall(part[1])) if part else frozenset()
