"""What a visitor may see has another version after each change, however the change was made; all else leaves it."""

import datetime
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from blog.models import BlogPostPage, Category
from galley.page_cache.invalidation import MAX_RECORDS, read_version
from galley.page_cache.models import Change
from home.models import SiteSettings
from tests.conftest import SmallSite
from tests.factories import SiteImageFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def changes_version() -> Callable[[Callable[[], object]], bool]:
    """Whether a change gives the content another version."""

    def look(change: Callable[[], object]) -> bool:
        before = read_version()
        assert before == read_version()
        change()
        return read_version() != before

    return look


def publish(page: Page) -> None:
    page.save_revision().publish()


VISIBLE = {
    "publishing": lambda site: publish(site.post),
    "unpublishing": lambda site: site.post.unpublish(),
    "moving": lambda site: site.about.move(site.contact, pos="last-child"),
    "deleting": lambda site: site.about.delete(),
    "restricting": lambda site: PageViewRestriction.objects.create(page=site.blog, restriction_type="login"),
    "a snippet": lambda site: Category.objects.create(name="Proofs", slug="proofs"),
    "a tag": lambda site: site.post.tags.add("ink") or site.post.save(),
    "a picture": lambda site: SiteImageFactory(),
    "site texts": lambda site: SiteSettings.objects.create(site=site.home.get_site(), tagline="New"),
    "an update without a signal": lambda site: Page.objects.filter(pk=site.about.pk).update(title="New"),
    "rows in bulk": lambda site: Category.objects.bulk_create([Category(name="Ink", slug="ink")]),
}


@pytest.mark.parametrize("change", VISIBLE.values(), ids=VISIBLE)
def test_it_changes_with(change, small_site: SmallSite, changes_version) -> None:
    assert changes_version(lambda: change(small_site))


INVISIBLE = {
    "a draft": lambda site: BlogPostPage.objects.get(pk=site.post.pk).save_revision(),
    "a login": lambda site: Session.objects.create(session_key="x", session_data="", expire_date=timezone.now()),
    "an account": lambda site: User.objects.create(username="reader"),
}


@pytest.mark.parametrize("change", INVISIBLE.values(), ids=INVISIBLE)
def test_it_stays_with(change, small_site: SmallSite, changes_version) -> None:
    assert not changes_version(lambda: change(small_site))


def test_a_picture_in_another_size_is_no_change(small_site: SmallSite, changes_version) -> None:
    image = SiteImageFactory(file__width=80, file__height=60)
    assert not changes_version(lambda: image.get_rendition("width-20"))


def test_inside_a_transaction_there_is_none(small_site: SmallSite) -> None:
    with transaction.atomic():
        assert read_version() is None


class Changed(Exception):
    """Takes back what was changed."""


def make_and_take_back(name: str) -> None:
    with suppress(Changed), transaction.atomic():
        Category.objects.create(name=name, slug=name)
        raise Changed


def test_a_change_that_is_rolled_back_was_none(small_site: SmallSite, changes_version) -> None:
    assert not changes_version(lambda: make_and_take_back("one"))


def test_a_savepoint_that_is_rolled_back_takes_no_later_mark_with_it(small_site: SmallSite, changes_version) -> None:
    def change() -> None:
        with transaction.atomic():
            make_and_take_back("one")
            Category.objects.create(name="Two", slug="two")

    assert changes_version(change)


def test_one_transaction_leaves_one_mark(small_site: SmallSite) -> None:
    number = Change.objects.count()
    with transaction.atomic():
        for name in ("one", "two", "three"):
            Category.objects.create(name=name, slug=name)
    assert Change.objects.count() == number + 1


def test_old_marks_are_taken_away(small_site: SmallSite) -> None:
    Change.objects.bulk_create([Change() for _ in range(MAX_RECORDS)])
    Change.objects.update(made_at=timezone.now() - datetime.timedelta(hours=1))
    Change.objects.create()
    read_version()
    assert Change.objects.filter(empties_all=False).count() == 1


def test_reading_it_takes_one_query(small_site: SmallSite, django_assert_num_queries) -> None:
    # Too many, but new.
    Change.objects.bulk_create([Change() for _ in range(MAX_RECORDS + 1)])
    Change.objects.update(made_at=timezone.now())
    with django_assert_num_queries(1, connection=connection):
        read_version()
