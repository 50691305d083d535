"""Times that editors enter: in a zone that is named, and none that doesn't exist or comes twice."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from wagtail.models import Page
from wagtail.users.models import UserProfile

from blog.models import BlogPostPage
from galley.publishing.local_times import LocalTimeField
from tests.factories import SmallSite
from tests.galley.preview.conftest import form_of, markdown
from tests.home.test_drafts import admin, autosave  # noqa: F401


@pytest.mark.parametrize(
    ("zone", "value", "shown"),
    [
        ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28 03:30 CEST"),
        ("America/New_York", "2027-03-14T02:00", "2027-03-14 03:00 EDT"),
        ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-03 02:45 +11"),
        ("Africa/Cairo", "2027-04-30T00:10", "2027-04-30 01:10 EEST"),
        ("Europe/Berlin", "2027-10-31T02:30", "2027-10-31 02:30 CEST"),
        ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-04 01:45 +11"),
    ],
)  # fmt: skip
def test_a_time_at_a_change_of_clocks_has_one_meaning(zone: str, value: str, shown: str) -> None:
    with timezone.override(zone):
        assert f"{LocalTimeField().clean(value):%Y-%m-%d %H:%M %Z}" == shown


@pytest.mark.parametrize(
    ("zone", "value", "hour_in_utc"),
    [
        ("UTC", "2027-03-28T02:30", 2),
        ("Europe/Berlin", "2027-03-28T03:00", 1),
        ("Europe/Berlin", "2027-10-31T03:00", 2),
        ("Asia/Kolkata", "2027-03-28 02:30", 21),
    ],
)
def test_all_other_times_are_taken_as_they_are(zone: str, value: str, hour_in_utc: int) -> None:
    with timezone.override(zone):
        taken = LocalTimeField().clean(value)
        assert f"{taken:%H:%M}" == value[-5:]
    assert taken.astimezone(datetime.UTC).hour == hour_in_utc


def test_what_is_no_time_is_refused_as_before() -> None:
    with pytest.raises(ValidationError, match="Enter a valid date/time"):
        LocalTimeField().clean("tomorrow")


def edit_page(client: Client, site: SmallSite) -> str:
    return client.get(f"/admin/pages/{site.post.pk}/edit/").content.decode()


def test_both_dates_of_a_page_name_the_zone_of_the_editor(small_site: SmallSite, admin: Client) -> None:  # noqa: F811
    page = edit_page(admin, small_site)
    # Two in the form, and two in the dialog that asks when the page is published.
    assert page.count('type="datetime-local"') == 4
    assert "Times are in the time zone UTC, where it is " in page
    assert page.count('-zone">In the time zone UTC, where it is ') == 2
    assert 'aria-describedby="id_go_live_at-zone"' in page
    UserProfile.objects.create(user_id=admin.session["_auth_user_id"], current_time_zone="Europe/Berlin")
    page = edit_page(admin, small_site)
    assert page.count('-zone">In the time zone Europe/Berlin, where') == 2
    assert "Times are in the time zone Europe/Berlin, where" in page


def test_a_schedule_is_shown_with_its_zone_and_stays_as_it_is(small_site: SmallSite, admin: Client) -> None:  # noqa: F811
    UserProfile.objects.create(user_id=admin.session["_auth_user_id"], current_time_zone="Europe/Berlin")
    assert autosave(admin, small_site.post, go_live_at="2030-03-31T12:30")["success"]
    small_site.post.refresh_from_db()
    saved = small_site.post.get_latest_revision_as_object().go_live_at
    assert saved == datetime.datetime(2030, 3, 31, 12, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    page = edit_page(admin, small_site)
    assert 'value="2030-03-31T12:30"' in page
    assert "31 March 2030, 12:30 CEST" in page


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2030-03-31T02:30", "Sunday, 31 March 2030, 03:30 CEST"),
        ("2030-10-27T02:30", "Sunday, 27 October 2030, 02:30 CEST"),
    ],
)  # fmt: skip
def test_the_message_says_which_time_was_taken(small_site: SmallSite, admin: Client, sent: str, shown: str) -> None:  # noqa: F811
    UserProfile.objects.create(user_id=admin.session["_auth_user_id"], current_time_zone="Europe/Berlin")
    assert publish(admin, small_site.post, go_live_at=sent) == ""
    assert f"goes live on {shown}." in admin.get("/admin/pages/").content.decode()
    # So does the page, and the form has the time that was taken.
    page = edit_page(admin, small_site)
    assert shown.partition(", ")[2].rpartition(" ")[0] in page
    assert f'value="2030-{"03-31T03:30" if "March" in shown else "10-27T02:30"}"' in page


def test_the_second_of_two_equal_times_stays(small_site: SmallSite, admin: Client) -> None:  # noqa: F811
    UserProfile.objects.create(user_id=admin.session["_auth_user_id"], current_time_zone="Europe/Berlin")
    time = datetime.datetime(2030, 10, 27, 1, 30, tzinfo=datetime.UTC)
    BlogPostPage.objects.filter(pk=small_site.post.pk).update(go_live_at=time, expire_at=time)
    page = edit_page(admin, small_site)
    assert page.count('value="2030-10-27T02:30"') == page.count('data-second="" ') == 2
    assert "27 October 2030, 02:30" in page
    fields = dict.fromkeys(("go_live_at", "expire_at"), "2030-10-27T02:30")
    assert autosave(admin, small_site.post, **fields)["success"]
    small_site.post.refresh_from_db()
    draft = small_site.post.get_latest_revision_as_object()
    assert (draft.go_live_at, draft.expire_at) == (time, time)


PAST = "2020-03-01T08:30"
REFUSED = "The time of publication has passed, so nothing was published."


def publish(client: Client, page: Page, **fields: str) -> str:
    """Send the form; return the page that answers, or nothing if it leads away."""
    form = form_of(page, **{"body": markdown("New words."), "action-publish": "action-publish"} | fields)
    return client.post(f"/admin/pages/{page.pk}/edit/", form).content.decode()


@pytest.mark.parametrize("live", [True, False])
def test_a_schedule_that_comes_too_late_publishes_nothing(small_site: SmallSite, admin: Client, live: bool) -> None:  # noqa: F811
    post = small_site.post
    if not live:
        Page.objects.get(pk=post.pk).specific.unpublish()
        Page.objects.filter(pk=post.pk).update(last_published_at=None)
    page = publish(admin, post, go_live_at=PAST)
    assert REFUSED in page
    assert "New words." in page
    post.refresh_from_db()
    assert (post.live, "New words." in str(post.body)) == (live, False)
    # The browser then saves as a draft what it has.
    assert autosave(admin, post, body=markdown("New words."), go_live_at=PAST)["success"]
    post.refresh_from_db()
    assert "New words." in str(post.get_latest_revision_as_object().body)
    assert REFUSED in publish(admin, post, go_live_at=PAST)
    assert publish(admin, post, go_live_at="") == ""
    post.refresh_from_db()
    assert (post.live, "New words." in str(post.body)) == (True, True)


def test_a_new_page_whose_schedule_comes_too_late_is_not_created(small_site: SmallSite, admin: Client) -> None:  # noqa: F811
    form = form_of(BlogPostPage(title="Late", slug="late"), go_live_at=PAST, **{"action-publish": "1"})
    page = admin.post(f"/admin/pages/add/blog/blogpostpage/{small_site.blog.pk}/", form).content.decode()
    assert REFUSED in page
    assert 'value="Late"' in page
    assert not BlogPostPage.objects.filter(title="Late").exists()


def test_a_page_that_went_live_at_its_time_is_published_again(small_site: SmallSite, admin: Client) -> None:  # noqa: F811
    time = datetime.datetime(2020, 3, 1, 8, 30, tzinfo=datetime.UTC)
    BlogPostPage.objects.filter(pk=small_site.post.pk).update(go_live_at=time, last_published_at=time)
    assert publish(admin, small_site.post, go_live_at=PAST) == ""
    small_site.post.refresh_from_db()
    assert "New words." in str(small_site.post.body)


def test_an_old_version_is_published_as_it_was(small_site: SmallSite, admin: Client) -> None:  # noqa: F811
    post = small_site.post
    BlogPostPage.objects.filter(pk=post.pk).update(last_published_at=None)
    post.go_live_at = datetime.datetime(2020, 3, 1, 8, 30, tzinfo=datetime.UTC)
    old = post.save_revision()
    assert publish(admin, post, go_live_at=PAST, revision=str(old.pk)) == ""
    post.refresh_from_db()
    assert "New words." in str(post.body)
