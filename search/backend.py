"""Wagtail's search backend for SQLite and PostgreSQL, with the words of `search.words` in its index."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, QuerySet
from modelsearch.utils import get_content_type_pk
from wagtail.search.models import IndexEntry

from galley.bin.search_entries import ForgetsDeleted
from galley.languages.conf import call_by_language
from search.matching import find_dialect
from search.query import Query
from search.words import find_words

if connection.vendor == "postgresql":
    from modelsearch.backends.database.postgres.postgres import PostgresIndex as DatabaseIndex
    from modelsearch.backends.database.postgres.postgres import PostgresSearchBackend as DatabaseBackend
else:
    from modelsearch.backends.database.sqlite.sqlite import SQLiteIndex as DatabaseIndex
    from modelsearch.backends.database.sqlite.sqlite import SQLiteSearchBackend as DatabaseBackend


class WordIndex(DatabaseIndex):
    """Wagtail's index, with the words of each object."""

    @transaction.atomic
    def add_items(self, model: type[Model], objs: Sequence[Model]) -> None:
        """Put `objs` of one model into the index, pages with what they show in their language."""
        call_by_language(partial(super().add_items, model), objs)
        entries = IndexEntry.objects.filter(content_type_id=get_content_type_pk(model))
        store_words(entries.filter(object_id__in=[str(one.pk) for one in objs]))


class SearchBackend(ForgetsDeleted, DatabaseBackend):
    """Wagtail's backend with that index. Wagtail looks for words as they are typed; on SQLite, for nothing else."""

    index_class = WordIndex

    def _search(self, query_compiler_class: type, query: Any, *args: Any, **kwargs: Any) -> Any:
        is_completed = query_compiler_class is self.autocomplete_query_compiler_class
        if isinstance(query, str) and (is_completed or connection.vendor == "sqlite"):
            query = " ".join(word.text for word in Query.from_text(query).words)
        return super()._search(query_compiler_class, query, *args, **kwargs)


def store_words(entries: QuerySet[IndexEntry]) -> None:
    """Put the words of `entries` into the index. To repeat it changes nothing."""
    dialect = find_dialect()
    with connection.cursor() as cursor:
        for pk, *texts in entries.values_list("pk", *dialect.texts).iterator():
            words = [" ".join(word for word, _start, _end in find_words(text or "")) for text in texts]
            cursor.execute(dialect.store, [*words, pk])
