"""What is due is published; what fails keeps its schedule, and its author hears of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.log_actions import registry
from wagtail.models import Page, Revision
from wagtail.signals import page_published

from blog.models import BlogPostPage
from galley.publishing.schedule import find_overdue
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory

pytestmark = pytest.mark.django_db

T = timedelta(minutes=5)


@pytest.fixture
def schedule(small_site: SmallSite, editor: Any) -> Any:
    """Return a function that makes a post with this title, which is due since five minutes."""

    def schedule(title: str, late: timedelta = T) -> BlogPostPage:
        post = BlogPostPageFactory(parent=small_site.blog, title=title, live=False, first_published_at=None)
        post.go_live_at = timezone.now() - late
        post.save_revision(user=editor, approved_go_live_at=post.go_live_at)
        return post

    return schedule


@pytest.fixture
def refuses() -> Any:
    """Let each publication of a page with 'refused' in its title fail, as a handler of a CDN may."""

    def fail(sender: Any, instance: Page, **kwargs: Any) -> None:
        if "refused" in instance.title:
            raise ConnectionError("the CDN doesn't answer")

    page_published.connect(fail)
    yield
    page_published.disconnect(fail)


def publish_due() -> None:
    call_command("publish_scheduled")


def is_live(page: Page) -> bool:
    return Page.objects.get(pk=page.pk).live


def is_scheduled(page: Page) -> bool:
    return Revision.objects.for_instance(page).filter(approved_go_live_at__isnull=False).exists()


def failures(page: Page) -> list[str]:
    entries = registry.get_logs_for_instance(page).filter(action="publishing.failed")
    return [entry.data["reason"] for entry in entries]


def take_slug(small_site: SmallSite, hold: BlogPostPage, slug: str) -> BlogPostPage:
    """Let `hold` ask for `slug` when it goes live, and give it to another post before."""
    hold.slug = slug
    hold.revisions.update(approved_go_live_at=None)
    hold.save_revision(user=hold.latest_revision.user, approved_go_live_at=hold.go_live_at, clean=False)
    return BlogPostPageFactory(parent=small_site.blog, title="Another", slug=slug)


def test_a_taken_slug_holds_up_no_other_post_and_loses_no_schedule(small_site: SmallSite, schedule: Any) -> None:
    hold, innocent = schedule("Hold", 2 * T), schedule("Innocent")
    other = take_slug(small_site, hold, "wanted")
    publish_due()
    assert is_live(innocent)
    assert not is_live(hold)
    assert is_scheduled(hold)
    other.delete()
    publish_due()
    assert is_live(hold)
    assert not is_scheduled(hold)
    assert Page.objects.get(pk=hold.pk).slug == "wanted"


def test_an_update_that_fails_leaves_the_old_words_live_and_scheduled(
    small_site: SmallSite, editor: Any, refuses: None
) -> None:
    post = small_site.post
    post.title = "refused"
    post.go_live_at = timezone.now() - T
    post.save_revision(user=editor, approved_go_live_at=post.go_live_at)
    publish_due()
    assert is_scheduled(post)
    assert Page.objects.get(pk=post.pk).title != "refused"


def test_a_handler_that_raises_undoes_only_its_own_publication(schedule: Any, refuses: None) -> None:
    refused, innocent = schedule("refused", 2 * T), schedule("Innocent")
    publish_due()
    assert (is_live(refused), is_live(innocent)) == (False, True)
    assert failures(refused) == ["ConnectionError: the CDN doesn't answer"]


def test_a_revision_that_cannot_be_read_holds_up_nobody(schedule: Any) -> None:
    hold, innocent = schedule("Hold", 2 * T), schedule("Innocent")
    Revision.objects.for_instance(hold).update(content={"pk": hold.pk, "body": 7, "date": "the day before"})
    publish_due()
    assert (is_live(hold), is_scheduled(hold), is_live(innocent)) == (False, True, True)


def test_a_page_that_cannot_be_unpublished_holds_up_nobody(
    small_site: SmallSite, schedule: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    innocent = schedule("Innocent")
    Page.objects.filter(pk=small_site.post.pk).update(expire_at=timezone.now() - T)
    Page.objects.filter(pk=small_site.about.pk).update(expire_at=timezone.now() - T / 2)
    unpublish = Page.unpublish

    def fail_for_post(page: Page, **options: Any) -> None:
        if page.pk == small_site.post.pk:
            raise ValueError("no")
        unpublish(page, **options)

    monkeypatch.setattr(Page, "unpublish", fail_for_post)
    publish_due()
    assert (is_live(small_site.post), is_live(small_site.about), is_live(innocent)) == (True, False, True)
    assert failures(small_site.post) == ["ValueError: no"]


def test_a_schedule_that_was_cancelled_meanwhile_is_not_followed(schedule: Any, refuses: None) -> None:
    first, second = schedule("First", 2 * T), schedule("Second")

    def cancel(sender: Any, instance: Page, **kwargs: Any) -> None:
        Revision.objects.for_instance(second).update(approved_go_live_at=None)

    page_published.connect(cancel)
    try:
        publish_due()
    finally:
        page_published.disconnect(cancel)
    assert (is_live(first), is_live(second)) == (True, False)


def test_a_reason_with_another_address_in_memory_or_time_is_the_same(
    schedule: Any, django_capture_on_commit_callbacks: Any
) -> None:
    post = schedule("Hold")
    reasons = [f"<Connection object at 0x7f{number}c0ffee>: no answer after {number}.5 s" for number in range(3)]

    def fail(sender: Any, **kwargs: Any) -> None:
        raise ConnectionError(reasons.pop())

    page_published.connect(fail)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(3):
                publish_due()
    finally:
        page_published.disconnect(fail)
    assert (len(failures(post)), len(mail.outbox), reasons) == (1, 1, [])


def test_the_author_hears_of_a_failure_once_and_again_for_another_reason(
    small_site: SmallSite, schedule: Any, editor: Any, django_capture_on_commit_callbacks: Any
) -> None:
    hold = schedule("Hold")
    other = take_slug(small_site, hold, "wanted")
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            publish_due()
    assert [message.to for message in mail.outbox] == [[editor.email]]
    assert "already in use" in mail.outbox[0].body
    assert f"/pages/{hold.pk}/edit/" in mail.outbox[0].body
    assert len(failures(hold)) == 1
    other.delete()
    Revision.objects.for_instance(hold).update(content={"pk": hold.pk, "body": 7})
    with django_capture_on_commit_callbacks(execute=True):
        publish_due()
    assert len(mail.outbox) == 2


def test_a_mail_server_that_is_away_holds_up_nobody(
    schedule: Any, refuses: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def fail(*args: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    refused, innocent = schedule("refused", 2 * T), schedule("Innocent")
    with django_capture_on_commit_callbacks(execute=True):
        publish_due()
    assert is_live(innocent)
    assert failures(refused)


def test_dashboard_and_history_name_what_is_overdue(
    small_site: SmallSite, schedule: Any, editor: Any, client: Client
) -> None:
    hold = schedule("Hold")
    take_slug(small_site, hold, "wanted")
    client.force_login(editor)
    assert "Is the background worker running?" in client.get("/admin/").content.decode()
    publish_due()
    dashboard = client.get("/admin/").content.decode()
    assert "Not done at the scheduled time" in dashboard
    assert "already in use" in dashboard
    history = client.get(f"/admin/pages/{hold.pk}/history/").content.decode()
    assert "The scheduled change has failed: The slug" in history


def test_the_dashboard_shows_nothing_overdue_to_those_who_may_not_edit_it(
    schedule: Any, django_user_model: Any
) -> None:
    schedule("Hold")
    assert list(find_overdue(django_user_model.objects.create_user("somebody"))) == []


def test_the_dashboard_has_no_panel_while_all_is_done(small_site: SmallSite, editor: Any, client: Client) -> None:
    client.force_login(editor)
    assert "Not done at the scheduled time" not in client.get("/admin/").content.decode()
