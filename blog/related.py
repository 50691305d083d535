"""Posts that are about the same things.

Two posts are related by each tag, category, author and series that they share, and the more so the fewer posts share
it; then by the words of their titles and openings. Of what many posts share, only those written nearest to the post are
looked at: so the cost is the same with a hundred thousand posts, and a new post changes what stands under few others.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Model
from django.http import HttpRequest

from galley.listings.listed_pages import readable_siblings, set_addresses

if TYPE_CHECKING:
    from blog.models import BlogPostPage, Category

MOST_RELATED = 3
# Of the posts that share one thing, so many on either side.
NEAREST = 20
MOST_OF_A_KIND = 8
MOST_COMPARED = 24

_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Shared:
    """Something that posts have in common: where it stands which posts have it, and how much it counts."""

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


def find_related(
    post: "BlogPostPage", categories: "Iterable[Category]", shown: Iterable[int], request: HttpRequest
) -> "list[BlogPostPage]":
    """Return the posts that have most in common with `post`, without those `shown` already. Blocks: two queries."""
    scores = score_posts(post, categories)
    for pk in (post.pk, *shown):
        scores.pop(pk, None)
    if not scores:
        return []
    words = _words(post)
    best = sorted(scores, key=lambda pk: (scores[pk], pk), reverse=True)[:MOST_COMPARED]
    candidates = readable_siblings(post).filter(pk__in=best)
    ranked = sorted(candidates, key=lambda other: (-scores[other.pk] - _likeness(words, _words(other)), -other.pk))
    related = ranked[:MOST_RELATED]
    set_addresses(related, request)
    return related


def score_posts(post: "BlogPostPage", categories: "Iterable[Category]") -> dict[int, float]:
    """Return how much each of the posts near `post` shares with it, by their ids."""
    things = list(_things(post, categories))
    if not things:
        return {}
    queries = [query for number, thing in enumerate(things) for query in thing.nearest_posts(number, post.pk)]
    # Not Django's `union()`: it allows no limits within a union on SQLite.
    sql = " UNION ALL ".join(f"SELECT * FROM ({query}) AS side_{place}" for place, (query, _) in enumerate(queries))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _, values in queries for value in values])
        rows = cursor.fetchall()
    sharing = Counter(number for number, _ in rows)
    scores: defaultdict[int, float] = defaultdict(float)
    for number, pk in rows:
        scores[pk] += things[number].weight / sharing[number]
    return scores


def _things(post: "BlogPostPage", categories: "Iterable[Category]") -> Iterator[Shared]:
    """Yield what `post` may have in common with others; a draft may have some that nobody else can have yet."""
    from blog.models import BlogPostPage, PostAuthor, PostTag

    for model, name, post_name, weight, values in (
        (PostTag, "tag", "content_object", 2, [item.tag_id for item in post.tagged_items.all()]),
        (PostAuthor, "author", "page", 1, [named.author_id for named in post.post_authors.all()]),
        (BlogPostPage.categories.through, "category", "blogpostpage", 1, [category.pk for category in categories]),
        (BlogPostPage, "series", "page_ptr", 2, [post.series_id]),
    ):
        for value in list(filter(None, values))[:MOST_OF_A_KIND]:
            yield Shared(model._meta.db_table, _column(model, name), _column(model, post_name), value, weight)


def _column(model: type[Model], name: str) -> str:
    return str(getattr(model._meta.get_field(name), "column", name))


def _words(post: "BlogPostPage") -> set[str]:
    return set(_WORD.findall(f"{post.title} {post.opening}".lower()))


def _likeness(some: set[str], others: set[str]) -> float:
    """Return from 0 to 1 how much two sets of words have in common (the cosine of the angle between them)."""
    return len(some & others) / sqrt(len(some) * len(others) or 1)
