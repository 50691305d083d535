"""A scheduled page moves to another day, at its hour; everything else is refused with a sentence."""

import datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, PageLogEntry

from galley.calendar.moving import find_scheduled, move_to
from galley.publishing.schedule import run_schedule
from tests.factories import SmallSite

pytestmark = pytest.mark.django_db

TIME = datetime.datetime(2999, 3, 12, 9, 30, tzinfo=datetime.UTC)
LATER = datetime.date(2999, 3, 20)


def post(user, page: Page, date: str, next_url: str = "") -> tuple[int, str]:
    client = Client()
    client.force_login(user)
    response = client.post(f"/admin/calendar/move/{page.pk}/", {"date": date, "next": next_url})
    if response.status_code == 302:
        return 302, response["Location"]
    return response.status_code, unescape(response.content.decode())


def go_live_time(page: Page) -> datetime.datetime | None:
    revision = find_scheduled(page)
    return revision.approved_go_live_at if revision else None


def test_it_goes_live_on_the_other_day_at_its_hour(small_site: SmallSite, editor, schedule) -> None:
    page = schedule("Spring", TIME)
    revision = find_scheduled(page)
    status, url = post(editor, page, "2999-03-20", "/admin/calendar/?view=week&date=2999-03-12")
    assert (status, url) == (302, f"/admin/calendar/?view=week&date=2999-03-12#event-{page.pk}")
    moved = find_scheduled(page)
    assert (moved.pk, moved.approved_go_live_at) == (revision.pk, TIME.replace(day=20))
    assert moved.as_object().go_live_at == Page.objects.get(pk=page.pk).go_live_at == TIME.replace(day=20)
    assert Page.objects.get(pk=page.pk).latest_revision == moved
    actions = PageLogEntry.objects.filter(page=page, user=editor).values_list("action", flat=True)
    assert set(actions) == {"wagtail.schedule.cancel", "wagtail.publish.schedule"}
    client = Client()
    client.force_login(editor)
    assert client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200


def test_its_edit_page_leads_to_another_day(small_site: SmallSite, editor, schedule, client: Client) -> None:
    page = schedule("Spring", TIME)
    client.force_login(editor)
    link = f'href="/admin/calendar/move/{page.pk}/?next=%2Fadmin%2Fpages%2F{page.pk}%2Fedit%2F"'
    assert link in client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert "/admin/calendar/move/" not in client.get(f"/admin/pages/{small_site.post.pk}/edit/").content.decode()


def test_a_live_page_with_scheduled_changes_stays_live_as_it_is(small_site: SmallSite, editor) -> None:
    small_site.post.title = "A live title"
    small_site.post.save_revision().publish()
    page = Page.objects.get(pk=small_site.post.pk).specific
    page.title, page.go_live_at = "New title", TIME
    page.save_revision(user=editor).publish()
    move_to(LATER, page, editor)
    now = Page.objects.get(pk=page.pk)
    assert (now.live, now.title, go_live_time(page)) == (True, "A live title", TIME.replace(day=20))
    assert find_scheduled(page).as_object().title == "New title"


def test_it_is_published_then_and_not_before(small_site: SmallSite, editor, schedule, monkeypatch) -> None:
    page = schedule("Spring", TIME)
    move_to(LATER, page, editor)
    for day, is_live in ((13, False), (21, True)):
        monkeypatch.setattr(timezone, "now", lambda day=day: TIME.replace(day=day))
        run_schedule()
        assert Page.objects.get(pk=page.pk).live is is_live


@pytest.mark.parametrize(
    ("date", "sentence"),
    [("2020-01-01", "can’t go live in the past"), ("2999-04-02", "expires before that, on 1 April"), ("soon", "date")],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    small_site: SmallSite, editor, schedule, date: str, sentence: str
) -> None:
    page = schedule("Spring", TIME, expire_at=datetime.datetime(2999, 4, 1, tzinfo=datetime.UTC))
    entries = PageLogEntry.objects.count()
    status, html = post(editor, page, date)
    assert status == 200
    assert sentence in html
    assert f'value="{date}"' in html
    assert go_live_time(page) == TIME
    assert PageLogEntry.objects.count() == entries


@pytest.mark.parametrize(
    ("day", "hour", "shown"),
    [
        (datetime.date(2027, 3, 27), 1, "02:30 CET"),
        (datetime.date(2027, 3, 28), 1, "03:30 CEST"),
        # The hour of the clock stays, although it is summer time then.
        (datetime.date(2027, 3, 29), 0, "02:30 CEST"),
        (datetime.date(2027, 10, 31), 0, "02:30 CEST"),
    ],
)
def test_a_change_of_clocks_has_one_meaning(small_site: SmallSite, editor, schedule, day, hour, shown) -> None:
    page = schedule("Night", datetime.datetime(2027, 3, 20, 1, 30, tzinfo=datetime.UTC))
    with timezone.override(ZoneInfo("Europe/Berlin")):
        time = move_to(day, page, editor)
    assert time.astimezone(datetime.UTC).hour == hour
    assert f"{time:%H:%M %Z}" == shown


def test_only_who_may_publish_moves_a_page(small_site: SmallSite, member, schedule) -> None:
    page = schedule("Spring", TIME, owner=(author := member("add", "change")))
    assert post(author, page, "2999-03-20") == (302, "/admin/")
    assert go_live_time(page) == TIME
    assert post(member("publish"), page, "2999-03-20")[1].endswith(f"#event-{page.pk}")
    assert go_live_time(page) == TIME.replace(day=20)


def test_what_is_not_scheduled_any_more_leads_back(small_site: SmallSite, editor, schedule) -> None:
    page = schedule("Spring", TIME)
    page.revisions.update(approved_go_live_at=None)
    assert post(editor, page, "2999-03-20", "https://evil.example/") == (302, "/admin/calendar/")
    with pytest.raises(ValidationError, match="isn’t scheduled any more"):
        move_to(LATER, page, editor)


def test_the_form_asks_for_the_day(small_site: SmallSite, editor, schedule, client: Client) -> None:
    page = schedule("Spring", TIME)
    client.force_login(editor)
    html = client.get(f"/admin/calendar/move/{page.pk}/?next=/admin/calendar/").content.decode()
    assert "“Spring” goes live on Tuesday, 12 March 2999, 09:30 UTC" in html
    assert 'value="2999-03-12"' in html
    assert '<input type="hidden" name="next" value="/admin/calendar/"' in html
