"""Old revisions are thinned out: the older, the fewer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.models import Comment, PageLogEntry, Revision, TaskState

from blog.models import BlogPostPage
from galley.history import thinning
from galley.history.models import AutosavedRevision, VersionName
from quickstart.management.commands import worker
from tests.conftest import SmallSite

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 20, 12, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


class Ages:
    """A page whose revisions have these ages."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def add(self, *ages: timedelta) -> list[Revision]:
        """Add revisions; the last one is the latest."""
        added = [self.page.save_revision(log_action=True) for _ in ages]
        for age, revision in zip(ages, added, strict=True):
            revision.created_at = NOW - age
            revision.save()
        return added

    def left(self) -> list[timedelta]:
        times = Revision.objects.for_instance(self.page).order_by("created_at").values_list("created_at", flat=True)
        return [NOW - created_at for created_at in times]


@pytest.fixture
def ages(small_site: SmallSite) -> Ages:
    return Ages(small_site.post)


TABLE = {
    "six days: all": ([6 * DAY + number * MINUTE for number in (3, 2, 1)], [0, 1, 2]),
    "eight days: the last of an hour": ([8 * DAY + number * MINUTE for number in (25, 20, 15)], [2]),
    "eight days: two hours": ([8 * DAY + number * MINUTE for number in (90, 85, 25, 20)], [1, 3]),
    "forty days: the last of a day": ([40 * DAY + number * HOUR for number in (9, 5, 1)], [2]),
    "forty days: two days": ([40 * DAY + number * HOUR for number in (20, 15, 9, 5)], [1, 3]),
    "four hundred days: the last of a week": ([400 * DAY + number * DAY for number in (2, 1, 0)], [2]),
    "four hundred days: two weeks": ([400 * DAY + number * DAY for number in (9, 8, 2, 1)], [1, 3]),
    "on both sides of an age": ([7 * DAY + MINUTE, 7 * DAY - MINUTE], [0, 1]),
}


@pytest.mark.parametrize("case", TABLE)
def test_what_remains(ages: Ages, case: str) -> None:
    added, indexes = TABLE[case]
    ages.add(*added, timedelta())
    thinning.thin_revisions()
    assert ages.left() == [*(added[index] for index in indexes), timedelta()]


def test_a_second_run_deletes_nothing(ages: Ages) -> None:
    ages.add(*(DAY * number * number + MINUTE * 7 * number for number in range(30, -1, -1) for _ in range(3)))
    assert thinning.thin_revisions() > 20
    left = ages.left()
    assert thinning.thin_revisions() == 0
    assert ages.left() == left


def test_each_page_has_its_own_periods(ages: Ages, small_site: SmallSite) -> None:
    other = Ages(small_site.about)
    for page in (ages, other):
        page.add(8 * DAY + 2 * MINUTE, 8 * DAY + MINUTE)
    thinning.thin_revisions()
    assert ages.left() == other.left() == [8 * DAY + MINUTE]


def name_it(revision: Revision, user: AbstractUser) -> None:
    VersionName.objects.create(revision=revision, name="First", user=user)


def publish_it(revision: Revision, user: AbstractUser) -> None:
    BlogPostPage.objects.update(live_revision=revision)


def make_it_the_latest(revision: Revision, user: AbstractUser) -> None:
    BlogPostPage.objects.update(latest_revision=revision)


def schedule_it(revision: Revision, user: AbstractUser) -> None:
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=NOW + DAY)


def comment_on_it(revision: Revision, user: AbstractUser) -> None:
    Comment.objects.create(page_id=revision.object_id, user=user, text="?", contentpath="b", revision_created=revision)


def submit_it(revision: Revision, user: AbstractUser) -> None:
    page = BlogPostPage.objects.get(pk=revision.object_id)
    page.get_workflow().start(page, user)
    TaskState.objects.update(revision=revision)


@pytest.mark.parametrize("fix", [name_it, publish_it, make_it_the_latest, schedule_it, comment_on_it, submit_it])
def test_what_always_remains(ages: Ages, editor: AbstractUser, fix: Any) -> None:
    old, *_ = ages.add(400 * DAY + 2 * HOUR, 400 * DAY + HOUR, 400 * DAY, timedelta())
    fix(old, editor)
    thinning.thin_revisions()
    assert ages.left() == [400 * DAY + 2 * HOUR, 400 * DAY, timedelta()]
    assert Comment.objects.count() == (fix is comment_on_it)


def test_the_history_has_no_dead_links(ages: Ages, editor: AbstractUser) -> None:
    old, newer, _ = ages.add(400 * DAY + HOUR, 400 * DAY, timedelta())
    thinning.thin_revisions()
    assert PageLogEntry.objects.filter(page=ages.page, action="wagtail.edit").count() == 3
    client = Client()
    client.force_login(editor)
    history = client.get(f"/admin/pages/{ages.page.pk}/history/").content.decode()
    assert f"/revisions/{old.pk}/" not in history
    assert f"/revisions/{newer.pk}/" in history


def test_a_run_is_bounded(ages: Ages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "MOST_IN_A_RUN", 4)
    monkeypatch.setattr(thinning, "BATCH", 2)
    ages.add(*(400 * DAY + number * MINUTE for number in range(10, 0, -1)))
    assert [thinning.thin_revisions() for _ in range(4)] == [4, 4, 1, 0]


def test_what_stays_does_not_hold_up_the_rest(ages: Ages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "MOST_IN_A_RUN", 2)
    monkeypatch.setattr(thinning, "BATCH", 2)
    for revision in ages.add(*(400 * DAY + number * MINUTE for number in range(20, 10, -1))):
        VersionName.objects.create(revision=revision, name="Stays")
    ages.add(*(500 * DAY + number * MINUTE for number in range(3)), timedelta())
    assert thinning.thin_revisions() == 2


def test_the_queries_do_not_grow_with_the_page(ages: Ages, django_assert_max_num_queries: Any) -> None:
    ages.add(*(400 * DAY + number * MINUTE for number in range(60, 0, -1)))
    with django_assert_max_num_queries(25):
        assert thinning.thin_revisions() == 59


def test_rows_of_autosave_are_deleted_when_it_has_moved_on(ages: Ages) -> None:
    old, young = ages.add(2 * HOUR, 5 * MINUTE)
    for revision in (old, young):
        AutosavedRevision.objects.create(revision=revision, since=revision.created_at)
    thinning.thin_revisions()
    assert [row.pk for row in AutosavedRevision.objects.all()] == [young.pk]


def test_the_worker_runs_the_command_once_a_day(ages: Ages, capsys: pytest.CaptureFixture[str]) -> None:
    assert worker.SCHEDULED_COMMANDS["thin_revisions"] == 24 * 60 * 60
    ages.add(8 * DAY + MINUTE, 8 * DAY, timedelta())
    worker.run_command("thin_revisions")
    assert ages.left() == [8 * DAY, timedelta()]
    call_command("thin_revisions")
    assert capsys.readouterr().out == "0 old versions deleted.\n"
