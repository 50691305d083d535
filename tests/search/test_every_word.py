"""Every title and every word is found by itself, in any script, on SQLite; `test_postgresql` asks the same there."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from wagtail.search.backends import get_search_backend
from wagtail.search.models import IndexEntry

from search.backend import store_words
from search.query import Query
from search.words import find_words
from tests.conftest import SmallSite
from tests.search.every_word import check, find_entries, one_in_ten_or_all


@pytest.mark.django_db
@one_in_ten_or_all
def test_every_word_on_sqlite(small_site: SmallSite, step: int) -> None:
    check(step)


@given(st.text(), st.text(st.characters(categories=["L", "M", "N", "So", "Cf"])))
def test_the_words_of_a_query_are_words_of_the_text(before: str, asked: str) -> None:
    words = {word for word, _start, _end in find_words(f"{before} {asked}")}
    for form in (asked, unicodedata.normalize("NFC", asked), unicodedata.normalize("NFD", asked)):
        assert {word.text for word in Query.from_text(form).words} <= words


@pytest.mark.django_db
@pytest.mark.nightly
def test_sqlite_cuts_no_word(small_site: SmallSite) -> None:
    """SQLite's tables of Unicode are older than Python's."""
    letters = " ".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)]))
    small_site.post.body = [("pull_quote", {"quote": letters})]
    get_search_backend().add(small_site.post)
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, wagtailsearch_indexentry_fts, row)")
        cursor.execute("SELECT term FROM temp.terms")
        terms = {term for (term,) in cursor.fetchall()}
        cursor.execute("DROP TABLE temp.terms")
    assert {word for word, _start, _end in find_words(letters)} - terms == set()


@pytest.mark.django_db
def test_an_index_without_words_is_filled(small_site: SmallSite) -> None:
    """The migration fills the index of a site that was made before."""
    get_search_backend().add(small_site.about)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM wagtailsearch_indexentry_fts")
    assert find_entries("About us") == set()
    for _time in range(2):
        store_words(IndexEntry.objects.all())
        assert len(find_entries("About us")) == 1
