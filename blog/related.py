"""Finds related posts.

Two posts are related by each tag, category, author and series that they share. A term that few posts share counts more.
Of posts with the same score, those with similar words in title and opening come first. Of the posts that share a common
term, only the nearest in the database are compared. So the cost is the same with a hundred thousand posts, and a new
post changes the related posts of few others.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt

from django.db import connection
from django.db.models import Model
from django.http import HttpRequest
from wagtail.models import Page

from galley.listings import readable_siblings, set_addresses

MAX_RELATED = 3
# The number of posts with the same term that are compared, on either side of the post.
NEAREST = 20
MAX_TERMS_PER_TAXONOMY = 8
MAX_COMPARED = 24

_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class SharedTerm:
    """A term that posts share: the table and columns that assign it to posts, and its weight."""

    table: str
    column: str
    post_column: str
    value: int
    weight: int

    def nearest_posts(self, number: int, pk: int | None) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield a query for each side of the post `pk`: `number`, and the ids of the posts next to it."""
        chosen = f"SELECT {number} AS number, {self.post_column} AS pk FROM {self.table} WHERE {self.column} = %s"  # noqa: S608
        order = f"ORDER BY {self.post_column}"
        if pk is None:
            yield f"{chosen} {order} DESC LIMIT {NEAREST}", (self.value,)
        else:
            yield f"{chosen} AND {self.post_column} < %s {order} DESC LIMIT {NEAREST}", (self.value, pk)
            yield f"{chosen} AND {self.post_column} > %s {order} ASC LIMIT {NEAREST}", (self.value, pk)


def find_related(post: Page, categories: Iterable[Model], shown: Iterable[int], request: HttpRequest) -> list[Page]:
    """Return the posts most related to `post`, without the ids in `shown`. Blocks: two queries."""
    scores = score_posts(post, categories)
    for pk in (post.pk, *shown):
        scores.pop(pk, None)
    if not scores:
        return []
    words = _words(post)
    best = sorted(scores, key=lambda pk: (scores[pk], pk), reverse=True)[:MAX_COMPARED]
    candidates = readable_siblings(post).filter(pk__in=best)
    ranked = sorted(candidates, key=lambda other: (-scores[other.pk] - _likeness(words, _words(other)), -other.pk))
    related = ranked[:MAX_RELATED]
    set_addresses(related, request)
    return related


def score_posts(post: Page, categories: Iterable[Model]) -> dict[int, float]:
    """Return how much each of the posts near `post` shares with it, by their ids."""
    terms = list(_shared_terms(post, categories))
    if not terms:
        return {}
    queries = [query for number, term in enumerate(terms) for query in term.nearest_posts(number, post.pk)]
    # Not Django's `union()`: it allows no limits within a union on SQLite.
    sql = " UNION ALL ".join(f"SELECT * FROM ({query}) AS side_{place}" for place, (query, _) in enumerate(queries))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _, values in queries for value in values])
        rows = cursor.fetchall()
    sharing = Counter(number for number, _ in rows)
    scores: defaultdict[int, float] = defaultdict(float)
    for number, pk in rows:
        scores[pk] += terms[number].weight / sharing[number]
    return scores


def _shared_terms(post: Page, categories: Iterable[Model]) -> Iterator[SharedTerm]:
    """Yield the terms that `post` may share with others. A term that is only in a draft matches no post."""
    meta = type(post)._meta
    tags, authors = meta.get_field("tagged_items").field, meta.get_field("post_authors").field
    grouped = meta.get_field("categories")
    tag_ids = [item.tag_id for item in post.tagged_items.all()]
    author_ids = [one.author_id for one in post.post_authors.all()]
    category_ids = [category.pk for category in categories]
    for table, column, post_column, weight, values in (
        (tags.model._meta.db_table, "tag_id", tags.column, 2, tag_ids),
        (authors.model._meta.db_table, "author_id", authors.column, 1, author_ids),
        (grouped.m2m_db_table(), grouped.m2m_reverse_name(), grouped.m2m_column_name(), 1, category_ids),
        (meta.db_table, "series_id", meta.pk.column, 2, [post.series_id]),
    ):
        for value in list(filter(None, values))[:MAX_TERMS_PER_TAXONOMY]:
            yield SharedTerm(table, column, post_column, value, weight)


def _words(post: Page) -> set[str]:
    return set(_WORD.findall(f"{post.title} {post.opening}".lower()))


def _likeness(some: set[str], others: set[str]) -> float:
    """Return from 0 to 1 how much two sets of words have in common (the cosine of the angle between them)."""
    return len(some & others) / sqrt(len(some) * len(others) or 1)
