"""A change and its invalidation record become visible together, also in autocommit."""

from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from taggit.models import Tag

from galley.page_cache.models import Change
from tests.galley.page_cache.gap import CHANGES, drive

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.mark.parametrize("change", CHANGES)
def test_no_page_stays_old(change: str) -> None:
    during, after, now = drive(change)
    assert during != after == now


def test_a_statement_that_fails_leaves_neither() -> None:
    Tag.objects.create(name="one", slug="one")
    records = Change.objects.count()
    rows = [("two", "two"), ("one again", "one")]
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.executemany("INSERT INTO taggit_tag (name, slug) VALUES (%s, %s)", rows)
    assert list(Tag.objects.filter(slug__in=["one", "two"]).values_list("slug", flat=True)) == ["one"]
    assert Change.objects.count() == records


def test_a_record_that_fails_takes_the_change_back(monkeypatch: pytest.MonkeyPatch) -> None:
    Tag.objects.create(name="before", slug="gap")

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("galley.page_cache.queries.record_change", fail)
    with pytest.raises(RuntimeError):
        Tag.objects.filter(slug="gap").update(name="changed")
    assert Tag.objects.get(slug="gap").name == "before"


def test_statements_outside_of_transactions_run(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(tmp_path / "copy")])
    assert (tmp_path / "copy").exists()


def test_rows_that_a_change_returns_can_be_read() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO taggit_tag (name, slug) VALUES ('a', 'a'), ('b', 'b') RETURNING name")
        assert cursor.fetchall() == [("a",), ("b",)]
    assert connection.get_autocommit()
    with transaction.atomic():
        Tag.objects.create(name="c", slug="c")
    assert Tag.objects.filter(slug="c").exists()


def test_rows_can_be_changed_while_they_are_iterated() -> None:
    Tag.objects.bulk_create([Tag(name=letter, slug=letter) for letter in "abc"])
    for tag in Tag.objects.filter(slug__in="abc").order_by("slug").iterator(chunk_size=1):
        Tag.objects.filter(pk=tag.pk).update(name=tag.name.upper())
    assert list(Tag.objects.filter(slug__in="abc").order_by("slug").values_list("name", flat=True)) == ["A", "B", "C"]
