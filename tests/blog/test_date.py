"""A post has the date that its author chose, or of the day on which it went live."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.models import Revision

from blog.models import BlogPostPage
from galley.desk.page_templates import start_from_template
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory

pytestmark = pytest.mark.django_db

BEGUN, PUBLISHED = datetime.date(2027, 3, 20), datetime.date(2027, 3, 27)


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime.date], None]:
    """Return a function that sets the site's clock to noon of a day."""

    def set_clock(day: datetime.date) -> None:
        noon = datetime.datetime.combine(day, datetime.time(12), tzinfo=datetime.UTC)
        monkeypatch.setattr(timezone, "now", lambda: noon)

    return set_clock


@pytest.fixture
def draft(small_site: SmallSite, on_day: Any) -> BlogPostPage:
    on_day(BEGUN)
    post = BlogPostPageFactory(parent=small_site.blog, title="A draft", slug="draft", date=None, live=False)
    post.save_revision()
    return post


def publish(post: BlogPostPage) -> BlogPostPage:
    BlogPostPage.objects.get(pk=post.pk).latest_revision.publish()
    return BlogPostPage.objects.get(pk=post.pk)


def test_a_draft_has_no_date_and_its_preview_shows_today(draft: BlogPostPage, on_day: Any) -> None:
    on_day(PUBLISHED)
    assert BlogPostPage.objects.get(pk=draft.pk).date is None
    preview = draft.make_preview_request().content.decode()
    assert 'datetime="2027-03-27"' in preview


def test_it_gets_the_day_of_its_publication_everywhere(
    small_site: SmallSite, draft: BlogPostPage, on_day: Any, client: Client
) -> None:
    on_day(PUBLISHED)
    post = publish(draft)
    assert post.date == PUBLISHED
    page = client.get(post.url).content.decode()
    assert 'datetime="2027-03-27"' in page
    assert '"datePublished": "2027-03-27' in page
    assert 'datetime="2027-03-27"' in client.get(small_site.blog.url).content.decode()
    assert "<published>2027-03-27" in client.get(f"{small_site.blog.url}feed.atom").content.decode()


def test_it_keeps_that_day_when_it_is_edited_or_unpublished(draft: BlogPostPage, on_day: Any) -> None:
    on_day(PUBLISHED)
    post = publish(draft)
    on_day(PUBLISHED + datetime.timedelta(days=9))
    post.save_revision().publish()
    assert BlogPostPage.objects.get(pk=post.pk).date == PUBLISHED
    BlogPostPage.objects.get(pk=post.pk).unpublish()
    assert publish(post).date == PUBLISHED


def test_a_scheduled_post_gets_the_day_it_goes_live(draft: BlogPostPage, on_day: Any) -> None:
    draft.go_live_at = datetime.datetime(2027, 3, 27, 9, tzinfo=datetime.UTC)
    draft.save_revision().publish()
    scheduled = BlogPostPage.objects.get(pk=draft.pk)
    assert (scheduled.live, scheduled.date) == (False, None)
    preview = scheduled.get_latest_revision_as_object().make_preview_request().content.decode()
    assert 'datetime="2027-03-27"' in preview
    on_day(PUBLISHED)
    call_command("publish_scheduled")
    assert BlogPostPage.objects.get(pk=draft.pk).date == PUBLISHED


def test_a_date_that_was_chosen_stays(draft: BlogPostPage, on_day: Any) -> None:
    draft.date = datetime.date(2015, 6, 11)
    draft.save_revision()
    on_day(PUBLISHED)
    assert publish(draft).date == datetime.date(2015, 6, 11)


def test_the_day_is_that_of_the_site(draft: BlogPostPage, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    late = datetime.datetime(2027, 3, 26, 22, tzinfo=datetime.UTC)
    monkeypatch.setattr(timezone, "now", lambda: late)
    assert publish(draft).date == PUBLISHED


def copy_tree(post: BlogPostPage) -> BlogPostPage:
    blog = post.get_parent().specific.copy(recursive=True, update_attrs={"slug": "blog-2"})
    return BlogPostPage.objects.descendant_of(blog).get(title=post.title)


@pytest.mark.parametrize(
    "copy_post",
    [
        lambda post: post.copy(update_attrs={"slug": "copy"}),
        lambda post: post.get_latest_revision_as_object().copy(update_attrs={"slug": "copy"}, copy_revisions=False),
        lambda post: start_from_template(post, "Copy", None),
        copy_tree,
    ],
    ids=["page", "newest version", "template", "tree"],
)
def test_a_copy_of_a_scheduled_post_is_a_plain_draft(draft: BlogPostPage, copy_post: Callable[..., Any]) -> None:
    draft.go_live_at = datetime.datetime(2027, 4, 1, tzinfo=datetime.UTC)
    draft.expire_at = datetime.datetime(2027, 5, 1, tzinfo=datetime.UTC)
    draft.save_revision().publish()
    copy = copy_post(draft)
    assert not Revision.objects.for_instance(copy).filter(approved_go_live_at__isnull=False).exists()
    latest = copy.get_latest_revision_as_object()
    for page in (BlogPostPage.objects.get(pk=copy.pk), latest):
        assert (page.live, page.go_live_at, page.expire_at, page.date) == (False, None, None, None)


def test_a_post_that_went_live_without_a_date_breaks_no_list(
    small_site: SmallSite, draft: BlogPostPage, client: Client
) -> None:
    BlogPostPage.objects.filter(pk=draft.pk).update(live=True)
    for url in (small_site.blog.url, draft.url, small_site.post.url, f"{small_site.blog.url}archive/"):
        assert client.get(url).status_code == 200
