"""Reads from an SQL statement which tables it selects from, or which table it changes."""

import re
from dataclasses import dataclass
from functools import lru_cache

_IDENTIFIER = r"[\"`]?(\w+)[\"`]?"
_QUERY = re.compile(r"[\s(]*(?:SELECT|VALUES|WITH)\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"\s*(INSERT|REPLACE|UPDATE|DELETE|TRUNCATE|MERGE|COPY)\b(?:\s+(?:OR\s+\w+|INTO|FROM|TABLE|ONLY))*\s+"
    + _IDENTIFIER,
    re.IGNORECASE,
)
# A statement that begins with WITH may contain a change.
_NESTED_CHANGE = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+" + _IDENTIFIER, re.IGNORECASE)
_SOURCES = re.compile(r"\b(?:FROM|JOIN)\s+" + _IDENTIFIER, re.IGNORECASE)
_SET_COLUMNS = re.compile(r"\bSET\s+(.*?)(?:\s+WHERE\b|\s*$)", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(_IDENTIFIER + r"\s*=")


@dataclass(frozen=True)
class Statement:
    """The tables that a statement reads (`sources`); or its `verb`, the `table` it changes and, in UPDATE, `columns`.

    A statement that does neither, such as SAVEPOINT, has no verb and no sources.
    """

    sources: frozenset[str] = frozenset()
    verb: str = ""
    table: str = ""
    columns: frozenset[str] = frozenset()


@lru_cache(maxsize=1024)
def parse(sql: str) -> Statement:
    """Return what `sql` does. It understands the statements that Django and its libraries write."""
    if _QUERY.match(sql):
        nested = _NESTED_CHANGE.search(sql) if sql.lstrip()[:4].upper() == "WITH" else None
        return Statement(frozenset(_SOURCES.findall(sql)), "UPDATE" if nested else "", nested[1] if nested else "")
    change = _CHANGE.match(sql)
    if change is None:
        return Statement()
    verb = change[1].upper()
    return Statement(verb=verb, table=change[2], columns=_columns(sql) if verb == "UPDATE" else frozenset())


def _columns(sql: str) -> frozenset[str]:
    assignments = _SET_COLUMNS.search(sql)
    return frozenset(_COLUMN.findall(assignments[1])) if assignments else frozenset()
