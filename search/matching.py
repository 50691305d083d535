"""Finds the pages that contain the words of a query: the best of a few matches, the newest of many.

The work is bounded, however many pages there are. Up to `MOST_RESULTS` index entries are sorted by rank. If more match,
the word is a common one: pages with it in their title come first, then the newest.

Wagtail's own queries sort all matches before they return ten. To sort those of a common word in 100,000 posts takes
SQLite 220 ms; to read the newest thousand takes 1 ms. So the full-text index that Wagtail fills
(`wagtail.search.models.IndexEntry`) is queried here, for each database in its own dialect.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from wagtail.models import get_page_models
from wagtail.search.models import IndexEntry

from search.query import Query, Word

MOST_RESULTS = 500
# Among so many of the newest there are enough, unless a filter leaves few of them; then more are looked through.
FEW_LOOKED_THROUGH = 750
MOST_LOOKED_THROUGH = 10_000
MOST_SIMILAR = 20
# Two letters that have changed places leave a word of six about so similar to itself, for `pg_trgm`.
LEAST_SIMILARITY = 0.4

Words = Sequence[Word]


@dataclass(frozen=True)
class Dialect:
    """SQL that gives ids of index entries for an expression (`%s`) that `write` makes of words.

    `matches` gives the newest first, `in_title` those with all words in their title; `ranked` gives id and rank, the
    best with the highest. `similar`, where there is such a thing, gives entries whose title looks like a text.
    """

    write: Callable[[Words], str]
    write_for_title: Callable[[Words], str]
    matches: str
    in_title: str
    ranked: str
    similar: str = ""


def _write_fts5(words: Words) -> str:
    """Return an expression of SQLite's FTS5 (https://www.sqlite.org/fts5.html#full_text_query_syntax)."""
    return " AND ".join(f'"{word.text}"{"*" if word.is_beginning else ""}' for word in words)


def _write_tsquery(words: Words) -> str:
    """Return an expression for PostgreSQL's `to_tsquery`."""
    return " & ".join(f"'{word.text}'{':*' if word.is_beginning else ''}" for word in words)


SQLITE = Dialect(
    write=lambda words: f"{{title body}} : ({_write_fts5(words)})",
    write_for_title=lambda words: f"{{title}} : ({_write_fts5(words)})",
    matches="SELECT rowid FROM wagtailsearch_indexentry_fts WHERE wagtailsearch_indexentry_fts MATCH %s "
    "ORDER BY rowid DESC",
    in_title="SELECT rowid FROM wagtailsearch_indexentry_fts WHERE wagtailsearch_indexentry_fts MATCH %s "
    "ORDER BY rowid DESC",
    # The columns are autocomplete, body and title; the better a match, the lower is what bm25 gives.
    ranked="SELECT rowid, -bm25(wagtailsearch_indexentry_fts, 0, 1, 10) FROM wagtailsearch_indexentry_fts "
    "WHERE wagtailsearch_indexentry_fts MATCH %s",
)

POSTGRESQL = Dialect(
    write=_write_tsquery,
    write_for_title=_write_tsquery,
    # Written as the index on both columns is, so that it is used.
    matches="SELECT id FROM wagtailsearch_indexentry WHERE (title || body) @@ to_tsquery(%s) ORDER BY id DESC",
    in_title="SELECT id FROM wagtailsearch_indexentry WHERE title @@ to_tsquery(%s) ORDER BY id DESC",
    ranked="SELECT id, 10 * ts_rank(title, query) + ts_rank(body, query) FROM wagtailsearch_indexentry, "
    "to_tsquery(%s) query WHERE (title || body) @@ query",
    similar="SELECT id FROM wagtailsearch_indexentry WHERE title_text %%> %s "
    "ORDER BY word_similarity(%s, title_text) DESC, id DESC",
)


def find_dialect() -> Dialect:
    """Return the dialect of the site's database."""
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE


@dataclass(frozen=True)
class Match:
    """A page that was found, and the entry of the index that it was found by."""

    entry_id: int
    page_id: int
    content_type_id: int


@dataclass(frozen=True)
class Matches:
    """What was found, in order.

    `has_more`: further pages have the words. `are_similar`: none has, but these titles look like them.
    """

    found: list[Match] = field(default_factory=list)
    has_more: bool = False
    are_similar: bool = False


def find_matches(query: Query, readable: QuerySet[Any]) -> Matches:
    """Return those of the pages `readable` that have all words of `query`. Blocks."""
    dialect = find_dialect()
    entries = _readable_entries(readable)
    # Of the words as they stand, a database begins to tell the places at once; longer ones it has to gather first.
    for words in (query.whole_words, query.words):
        if _are_more_than(MOST_RESULTS, dialect, words):
            return _find_newest(dialect, words, entries)
    found = _find_best(dialect, query.words, entries)
    return Matches(found) if found or not dialect.similar else _find_similar(dialect, query.words, entries)


def _readable_entries(readable: QuerySet[Any]) -> QuerySet[Any]:
    """Return the index entries of `readable` pages, each asked for by its id: the list of all is never made."""
    types = ContentType.objects.get_for_models(*get_page_models()).values()
    return (
        IndexEntry.objects.filter(content_type__in=[one.pk for one in types])
        .annotate(page_id=Cast("object_id", BigIntegerField()))
        .filter(Exists(readable.filter(pk=OuterRef("page_id"))))
    )


def _are_more_than(number: int, dialect: Dialect, words: Words) -> bool:
    """Return whether more than `number` entries have the words."""
    sql = f"SELECT COUNT(*) FROM ({dialect.matches} LIMIT {number + 1}) places"  # noqa: S608
    return bool(_fetch(sql, dialect.write(words))[0][0] > number)


def _find_best(dialect: Dialect, words: Words, entries: QuerySet[Any]) -> list[Match]:
    ranks = dict(_fetch(dialect.ranked, dialect.write(words)))
    return sorted(
        _read(entries.filter(pk__in=ranks)), key=lambda match: (ranks[match.entry_id], match.page_id), reverse=True
    )


def _find_newest(dialect: Dialect, words: Words, entries: QuerySet[Any]) -> Matches:
    found = _look_through(FEW_LOOKED_THROUGH, dialect, words, entries)
    if len(found) > MOST_RESULTS:
        return Matches(found[:MOST_RESULTS], has_more=True)
    found = _look_through(MOST_LOOKED_THROUGH, dialect, words, entries)
    has_more = len(found) > MOST_RESULTS or _are_more_than(MOST_LOOKED_THROUGH, dialect, words)
    return Matches(found[:MOST_RESULTS], has_more)


def _look_through(number: int, dialect: Dialect, words: Words, entries: QuerySet[Any]) -> list[Match]:
    """Return what there is among the `number` newest with the words in their title, and the `number` newest of all."""
    places = (dialect.in_title, dialect.write_for_title(words)), (dialect.matches, dialect.write(words))
    found: dict[int, Match] = {}
    for sql, expression in places:
        newest = RawSQL(f"{sql} LIMIT {number}", [expression])  # noqa: S611
        for match in _read(entries.filter(pk__in=newest).order_by("-pk")[: MOST_RESULTS + 1]):
            found.setdefault(match.entry_id, match)
    return list(found.values())


def _find_similar(dialect: Dialect, words: Words, entries: QuerySet[Any]) -> Matches:
    text = " ".join(word.text for word in words)
    with transaction.atomic():
        _fetch("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", str(LEAST_SIMILARITY))
        rows = _fetch(f"{dialect.similar} LIMIT {MOST_RESULTS}", text, text)
    places = {entry_id: place for place, (entry_id,) in enumerate(rows)}
    found = sorted(_read(entries.filter(pk__in=places)), key=lambda match: places[match.entry_id])
    return Matches(found[:MOST_SIMILAR], are_similar=bool(found))


def _read(entries: QuerySet[Any]) -> list[Match]:
    return [Match(*row) for row in entries.values_list("pk", "page_id", "content_type_id")]


def _fetch(sql: str, *params: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
