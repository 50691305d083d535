"""Finds the pages that contain the words of a query: the best of a few matches, the newest of many.

The work is bounded, however many pages there are. Up to `MAX_RESULTS` index entries are sorted by rank. If more match,
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

MAX_RESULTS = 500
# The newest entries that are examined first. If a filter leaves too few of them, more are examined.
FIRST_EXAMINED = 750
MAX_EXAMINED = 10_000
MAX_SIMILAR = 20
# About the similarity by `pg_trgm` of a word of six letters to itself with two letters swapped.
MIN_SIMILARITY = 0.4

Words = Sequence[Word]


@dataclass(frozen=True)
class Dialect:
    """The SQL of a database. Its queries return ids of index entries for an expression (`%s`), which `write` returns.

    `matches` returns the newest first, `in_title` those with all words in their title. `ranked` returns id and rank;
    the best has the highest. `similar` returns entries whose title is similar to a text; not every database has it.
    `texts` are the columns of an entry with its texts, title and body first. `store` puts their words into the index.
    """

    texts: tuple[Any, ...]
    store: str
    write: Callable[[Words], str]
    matches: str
    in_title: str
    ranked: str
    similar: str = ""


def _join(words: Words, operator: str, quote: str, beginning: str) -> str:
    return operator.join(f"{quote}{word.text}{quote}{beginning if word.is_beginning else ''}" for word in words)


SQLITE = Dialect(
    texts=("title", "body", "autocomplete"),
    store="INSERT OR REPLACE INTO wagtailsearch_indexentry_fts (title, body, autocomplete, rowid) "
    "VALUES (%s, %s, %s, %s)",
    # See https://www.sqlite.org/fts5.html#full_text_query_syntax
    write=lambda words: _join(words, " AND ", '"', "*"),
    matches="SELECT rowid FROM wagtailsearch_indexentry_fts "
    "WHERE wagtailsearch_indexentry_fts MATCH '{title body} : (' || %s || ')' ORDER BY rowid DESC",
    in_title="SELECT rowid FROM wagtailsearch_indexentry_fts "
    "WHERE wagtailsearch_indexentry_fts MATCH '{title} : (' || %s || ')' ORDER BY rowid DESC",
    # The columns are autocomplete, body and title. The better a match, the lower its bm25.
    ranked="SELECT rowid, -bm25(wagtailsearch_indexentry_fts, 0, 1, 10) FROM wagtailsearch_indexentry_fts "
    "WHERE wagtailsearch_indexentry_fts MATCH '{title body} : (' || %s || ')'",
)

POSTGRESQL = Dialect(
    # Of what is completed, the index has no text, but its words as they were written.
    texts=("title_text", "body_text", RawSQL("array_to_string(tsvector_to_array(autocomplete), ' ')", [])),
    # PostgreSQL cuts texts in its own way and leaves out common words. So the words are added to its stems.
    store="UPDATE wagtailsearch_indexentry SET title = title || array_to_tsvector(string_to_array(%s, ' ')), "
    "body = body || array_to_tsvector(string_to_array(%s, ' ')), "
    "autocomplete = autocomplete || array_to_tsvector(string_to_array(%s, ' ')) WHERE id = %s",
    # `to_tsquery` turns the words into stems.
    write=lambda words: _join(words, " & ", "'", ":*"),
    # The same expression as in the database index on both columns, so that the index is used.
    matches="SELECT id FROM wagtailsearch_indexentry WHERE (title || body) @@ (%s::tsquery || to_tsquery(%s)) "
    "ORDER BY id DESC",
    in_title="SELECT id FROM wagtailsearch_indexentry WHERE title @@ (%s::tsquery || to_tsquery(%s)) ORDER BY id DESC",
    ranked="SELECT id, 10 * ts_rank(title, stems) + ts_rank(body, stems) + ts_rank(title, words) "
    "FROM wagtailsearch_indexentry, CAST(%s AS tsquery) words, to_tsquery(%s) stems "
    "WHERE (title || body) @@ (words || stems)",
    similar="SELECT id FROM wagtailsearch_indexentry WHERE title_text %%> %s "
    "ORDER BY word_similarity(%s, title_text) DESC, id DESC",
)


def find_dialect() -> Dialect:
    """Return the dialect of the site's database."""
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE


@dataclass(frozen=True)
class Match:
    """A page that was found, and its index entry."""

    entry_id: int
    page_id: int
    content_type_id: int


@dataclass(frozen=True)
class Matches:
    """The pages found, in order.

    `has_more`: more pages contain the words. `are_similar`: no page contains them, but these titles are similar.
    """

    found: list[Match] = field(default_factory=list)
    has_more: bool = False
    are_similar: bool = False


def find_matches(query: Query, readable: QuerySet[Any]) -> Matches:
    """Return the pages of `readable` that contain all words of `query`. Blocks."""
    dialect = find_dialect()
    entries = _readable_entries(readable)
    # A database streams the entries of whole words. For beginnings of words, it has to collect them first.
    for words in (query.whole_words, query.words):
        if _are_more_than(MAX_RESULTS, dialect, words):
            return _find_newest(dialect, words, entries)
    found = _find_best(dialect, query.words, entries)
    return Matches(found) if found or not dialect.similar else _find_similar(dialect, query.text, entries)


def _readable_entries(readable: QuerySet[Any]) -> QuerySet[Any]:
    """Return the index entries of `readable` pages. Each page is looked up by its id, so that they aren't all read."""
    types = [one.pk for one in ContentType.objects.get_for_models(*get_page_models()).values()]
    entries = IndexEntry.objects.filter(content_type__in=types).annotate(page_id=Cast("object_id", BigIntegerField()))
    return entries.filter(Exists(readable.filter(pk=OuterRef("page_id"))))


def _are_more_than(number: int, dialect: Dialect, words: Words) -> bool:
    """Return whether more than `number` entries have the words."""
    sql = f"SELECT COUNT(*) FROM ({dialect.matches} LIMIT {number + 1}) places"  # noqa: S608
    return bool(_fetch(sql, dialect.write(words))[0][0] > number)


def _find_best(dialect: Dialect, words: Words, entries: QuerySet[Any]) -> list[Match]:
    ranks = dict(_fetch(dialect.ranked, dialect.write(words)))
    found = _read(entries.filter(pk__in=ranks))
    return sorted(found, key=lambda match: (ranks[match.entry_id], match.page_id), reverse=True)


def _find_newest(dialect: Dialect, words: Words, entries: QuerySet[Any]) -> Matches:
    found = _examine_newest(FIRST_EXAMINED, dialect, words, entries)
    if len(found) > MAX_RESULTS:
        return Matches(found[:MAX_RESULTS], has_more=True)
    found = _examine_newest(MAX_EXAMINED, dialect, words, entries)
    has_more = len(found) > MAX_RESULTS or _are_more_than(MAX_EXAMINED, dialect, words)
    return Matches(found[:MAX_RESULTS], has_more)


def _examine_newest(number: int, dialect: Dialect, words: Words, entries: QuerySet[Any]) -> list[Match]:
    """Return the matches among the `number` newest with the words in their title, then the `number` newest of all."""
    found: dict[int, Match] = {}
    for sql in (dialect.in_title, dialect.matches):
        newest = RawSQL(f"{sql} LIMIT {number}", [dialect.write(words)] * sql.count("%s"))  # noqa: S611
        for match in _read(entries.filter(pk__in=newest).order_by("-pk")[: MAX_RESULTS + 1]):
            found.setdefault(match.entry_id, match)
    return list(found.values())


def _find_similar(dialect: Dialect, text: str, entries: QuerySet[Any]) -> Matches:
    with transaction.atomic():
        _fetch("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", str(MIN_SIMILARITY))
        rows = _fetch(f"{dialect.similar} LIMIT {MAX_RESULTS}", text)
    positions = {entry_id: position for position, (entry_id,) in enumerate(rows)}
    found = sorted(_read(entries.filter(pk__in=positions)), key=lambda match: positions[match.entry_id])
    return Matches(found[:MAX_SIMILAR], are_similar=bool(found))


def _read(entries: QuerySet[Any]) -> list[Match]:
    return [Match(*row) for row in entries.values_list("pk", "page_id", "content_type_id")]


def _fetch(sql: str, expression: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [expression] * sql.count("%s"))
        return cursor.fetchall()
