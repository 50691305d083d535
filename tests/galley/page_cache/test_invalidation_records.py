"""Which statements leave a mark for the other processes, and when it becomes visible."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Page, Site

from blog.models import Author, Category
from galley.page_cache import invalidation
from galley.page_cache.invalidation import MAX_RECORDS, RECORD_LIFETIME, read_version, read_version_now
from galley.page_cache.models import Change
from galley.page_cache.tables import PRIVATE, Statement, is_visible_change, private_tables
from tests.conftest import SmallSite


def marks_left_by(change: Callable[[], object]) -> int:
    before = Change.objects.count()
    change()
    return Change.objects.count() - before


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_transaction_leaves_one_mark() -> None:
    def change_much() -> None:
        with transaction.atomic():
            for name in "abc":
                Author.objects.create(name=name, slug=name)

    assert marks_left_by(change_much) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_savepoint_that_is_rolled_back_takes_its_mark_with_it_and_no_other() -> None:
    def change_and_take_back() -> None:
        with transaction.atomic():
            with transaction.atomic():
                Author.objects.create(name="a", slug="a")
                transaction.set_rollback(True)
            Author.objects.create(name="b", slug="b")

    assert marks_left_by(change_and_take_back) == 1
    assert Author.objects.get().name == "b"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_is_rolled_back_leaves_no_mark() -> None:
    def change_and_fail() -> None:
        with transaction.atomic():
            Author.objects.create(name="a", slug="a")
            transaction.set_rollback(True)

    assert marks_left_by(change_and_fail) == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_who_commits_by_hand_leaves_a_mark_too() -> None:
    def commit_by_hand() -> None:
        transaction.set_autocommit(False)
        try:
            Author.objects.create(name="a", slug="a")
            transaction.commit()
        finally:
            transaction.set_autocommit(True)

    assert marks_left_by(commit_by_hand) >= 1


@pytest.mark.django_db
def test_a_site_empties_all_even_after_something_that_does_not(small_site: SmallSite) -> None:
    with transaction.atomic():
        Category.objects.create(name="Tools", slug="tools")
        Site.objects.update(site_name="Proofs")
    assert sorted(Change.objects.order_by("-made_at").values_list("empties_all", flat=True)[:2]) == [False, True]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_rows_of_a_page_that_only_editors_see_leave_none(small_site: SmallSite) -> None:
    page = Page.objects.get(pk=small_site.about.pk)

    def lock() -> None:
        page.locked = True
        page.locked_at = timezone.now()
        page.save(update_fields=["locked", "locked_at", "locked_by"])

    assert marks_left_by(lock) == 0
    assert marks_left_by(lambda: Page.objects.filter(pk=page.pk).update(draft_title="x", title="x")) == 1


@pytest.mark.parametrize("table", ["nobody_knows_this_table", "wagtailcore_page", "blog_blogpostpage_categories"])
def test_a_table_that_is_not_known_to_be_private_is_visible(table: str) -> None:
    assert is_visible_change(Statement(verb="DELETE", table=table))


@pytest.mark.parametrize(
    "table",
    ["django_session", "auth_user", "auth_user_groups", "wagtailcore_revision", "preview_sharelink", "changes_change"],
)
def test_what_is_private_leaves_no_mark(table: str) -> None:
    assert not is_visible_change(Statement(verb="INSERT", table=table))


def test_a_picture_in_a_new_size_is_no_change_but_one_that_goes_is() -> None:
    assert not is_visible_change(Statement(verb="INSERT", table="home_rendition"))
    assert is_visible_change(Statement(verb="DELETE", table="home_rendition"))


def test_a_page_is_made_from_no_private_table() -> None:
    """What pages show must never be among them: a change of it would empty nothing."""
    shown = {"wagtailcore_page", "wagtailcore_site", "wagtailcore_pageviewrestriction", "home_sitesettings"}
    shown |= {
        "blog_blogpostpage",
        "blog_author",
        "blog_tag",
        "home_siteimage",
        "home_rendition",
        "wagtaildocs_document",
    }
    assert shown.isdisjoint(private_tables())
    assert len(private_tables()) > len(PRIVATE)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_old_marks_are_deleted_and_no_version_comes_back() -> None:
    Change.objects.bulk_create([Change() for _ in range(MAX_RECORDS + 1)])
    Change.objects.update(made_at=timezone.now() - 2 * RECORD_LIFETIME)
    full = read_version_now()
    assert not Change.objects.filter(empties_all=False).exists()
    Change.objects.create()
    assert read_version_now() not in {full, (0, 0, 0)}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_it_never_seems_that_all_has_to_be_emptied_because_old_marks_are_deleted() -> None:
    Change.objects.create(empties_all=True)
    Change.objects.bulk_create([Change() for _ in range(MAX_RECORDS + 1)])
    Change.objects.update(made_at=timezone.now() - 2 * RECORD_LIFETIME)
    emptying = read_version_now()[2]
    assert read_version_now()[2] == emptying > 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_within_a_transaction_there_is_no_version() -> None:
    assert read_version() is not None
    with transaction.atomic():
        assert read_version() is None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_mark_that_becomes_visible_late_is_seen() -> None:
    """Two transactions may be committed in another order than they began."""
    early, late = sorted([Change(), Change()], key=lambda mark: mark.pk)
    late.save()
    version = read_version_now()
    early.save()
    assert read_version_now() != version


@pytest.mark.django_db
def test_migrations_leave_one_mark_at_their_end() -> None:
    def migrate() -> None:
        invalidation.pause()
        Author.objects.create(name="a", slug="a")
        assert not Change.objects.filter(empties_all=True).exclude(pk__in=before).exists()
        invalidation.resume(using="default")

    before = list(Change.objects.values_list("pk", flat=True))
    assert marks_left_by(migrate) == 1
    assert Change.objects.exclude(pk__in=before).get().empties_all


@pytest.mark.django_db
def test_marks_are_not_written_before_their_table_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", list)
    invalidation.pause()
    try:
        invalidation.resume(using="default")
        assert marks_left_by(lambda: Author.objects.create(name="a", slug="a")) == 0
    finally:
        monkeypatch.undo()
        invalidation.resume(using="default")
