"""What stands in the calendar, for whom, and in which time zone."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from blog.models import BlogPostPage
from galley.calendar.events import Kind, find_events
from galley.calendar.views import Span
from tests.factories import BlogPostPageFactory, SmallSite

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2999, 3, 12, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def read(user, **query: str) -> str:
    client = Client()
    client.force_login(user)
    response = client.get("/admin/calendar/", query)
    assert response.status_code == 200
    return response.content.decode()


def days_with(html: str, title: str) -> list[str]:
    days = re.split(r'data-day="', html)[1:]
    return [day[:10] for day in days if title in day.split("</li>\n      </ol>")[0]]


def set_times(page: BlogPostPage, **fields) -> None:
    BlogPostPage.objects.filter(pk=page.pk).update(**fields)


def test_what_is_drafted_scheduled_published_and_expiring_stands_at_its_day(
    small_site: SmallSite, editor, schedule
) -> None:
    schedule("Going up", NOON)
    published = BlogPostPageFactory(parent=small_site.blog, title="Out")
    set_times(published, first_published_at=NOON - DAY, expire_at=NOON + DAY)
    draft = BlogPostPageFactory(parent=small_site.blog, title="Begun", live=False, has_unpublished_changes=True)
    set_times(draft, latest_revision_created_at=NOON - 2 * DAY)
    html = read(editor, date="2999-03-01")
    assert days_with(html, "Going up") == ["2999-03-12"]
    assert days_with(html, "Out") == ["2999-03-11", "2999-03-13"]
    assert days_with(html, "Begun") == ["2999-03-10"]
    kinds = {event.title: event.kind for event in find_events(editor, NOON - 3 * DAY, NOON + DAY)}
    assert kinds == {"Going up": Kind.SCHEDULED, "Out": Kind.PUBLISHED, "Begun": Kind.DRAFT}


def test_a_scheduled_page_is_no_draft_and_expires_after_it_was_live(small_site: SmallSite, editor, schedule) -> None:
    schedule("Short", NOON, expire_at=NOON + DAY)
    events = [event for event in find_events(editor, NOON - DAY, NOON + 2 * DAY) if event.title == "Short"]
    assert [event.kind for event in events] == [Kind.SCHEDULED, Kind.EXPIRING]
    now = timezone.now()
    assert not [event for event in find_events(editor, now - DAY, now + DAY) if event.title == "Short"]


def test_a_draft_that_would_expire_does_not_stand_there_as_expiring(small_site: SmallSite, editor) -> None:
    BlogPostPageFactory(parent=small_site.blog, live=False, has_unpublished_changes=True, expire_at=NOON)
    assert find_events(editor, NOON - DAY, NOON + DAY) == []


def test_an_author_sees_only_own_pages_and_may_move_none(small_site: SmallSite, member, schedule) -> None:
    author = member("add")
    schedule("Mine", NOON, owner=author)
    schedule("Foreign", NOON)
    html = read(author, date="2999-03-12")
    assert "Mine" in html
    assert "Foreign" not in html
    assert "data-move" not in html
    assert "data-move" in read(member("change", "publish"), date="2999-03-12")


def test_nobody_without_pages_to_edit_finds_it(small_site: SmallSite, member, client: Client) -> None:
    client.force_login(member("bulk_delete"))
    assert client.get("/admin/calendar/").status_code == 302
    assert "/admin/calendar/" not in client.get("/admin/").content.decode()
    client.force_login(member("add"))
    assert "/admin/calendar/" in client.get("/admin/").content.decode()


def test_the_day_follows_the_current_time_zone(small_site: SmallSite, editor, schedule) -> None:
    schedule("Late", datetime.datetime(2999, 3, 31, 23, 30, tzinfo=datetime.UTC))
    with timezone.override(ZoneInfo("Europe/Berlin")):
        days = Span("month", datetime.date(2999, 4, 1)).fill(editor)
        (day,) = [day for day in days if day.events]
    assert day.date == datetime.date(2999, 4, 1)
    assert days_with(read(editor, date="2999-03-31"), "Late") == ["2999-03-31"]


@pytest.mark.parametrize(
    ("name", "day", "first", "last", "count"),
    [
        ("month", "2026-11-28", "2026-11-01", "2026-11-30", 42),
        ("month", "2027-02-01", "2027-02-01", "2027-02-28", 28),
        ("month", "2026-12-31", "2026-12-01", "2026-12-31", 35),
        ("week", "2026-11-28", "2026-11-23", "2026-11-29", 7),
        ("day", "2026-11-28", "2026-11-28", "2026-11-28", 1),
    ],
)
def test_a_view_has_whole_weeks(name: str, day: str, first: str, last: str, count: int) -> None:
    span = Span(name, datetime.date.fromisoformat(day))
    assert (span.first.isoformat(), span.last.isoformat(), len(span.dates)) == (first, last, count)
    assert span.neighbour(-1) < span.first <= span.last < span.neighbour(1)
    assert Span(name, span.neighbour(-1)).neighbour(1) == span.first


@pytest.mark.parametrize("query", [{"date": "soon", "view": "century"}, {"date": "9999-12-31"}, {"date": "0001-01-01"}])
def test_what_cannot_be_read_is_this_month(small_site: SmallSite, editor, query: dict[str, str]) -> None:
    html = read(editor, **query)
    assert f'data-day="{timezone.localdate()}"' in html
    assert "calendar--month" in html


def test_a_full_day_says_how_many_more_there_are(small_site: SmallSite, editor) -> None:
    for number in range(8):
        page = BlogPostPageFactory(parent=small_site.blog, title="Many", slug=f"many-{number}")
        set_times(page, first_published_at=NOON)
    month = read(editor, date="2999-03-12")
    assert month.count(">Many<") == 6
    assert "2 more" in month
    assert "view=week&amp;date=2999-03-12" in month
    assert read(editor, date="2999-03-12", view="week").count(">Many<") == 8


def test_a_month_with_many_posts_takes_as_many_queries_as_one_with_few(
    small_site: SmallSite, editor, schedule, client: Client, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    client.force_login(editor)
    schedule("One", NOON)
    client.get("/admin/calendar/", {"date": "2999-03-12"})
    with django_assert_max_num_queries(20) as few:
        client.get("/admin/calendar/", {"date": "2999-03-12"})
    for number in range(10):
        schedule(f"Planned {number}", NOON + number * DAY)
        set_times(BlogPostPageFactory(parent=small_site.blog, slug=f"out-{number}"), first_published_at=NOON)
    with django_assert_num_queries(len(few)):
        client.get("/admin/calendar/", {"date": "2999-03-12"})
