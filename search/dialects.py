"""How each database is asked for words in the full-text index that Wagtail keeps (`wagtail.search.models.IndexEntry`).

Wagtail's own queries put all matches in order before they show ten of them. To order those of a common word in 100,000
posts takes SQLite 220 ms, to look at the newest thousand takes one: these look at the newest first, and stop.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection

from search.query import Word

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
