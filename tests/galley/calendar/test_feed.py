"""The feed: at an address that only its user knows, as RFC 5545 wants it, and with what the user may edit."""

import datetime
import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from galley.calendar import feed
from galley.calendar.models import FeedAddress
from galley.preview.sharing import LOGGERS, redact
from tests.factories import BlogPostPageFactory, SmallSite

pytestmark = pytest.mark.django_db

SOON = (timezone.now() + datetime.timedelta(days=9)).replace(microsecond=0)


def make_address(user) -> str:
    client = Client()
    client.force_login(user)
    response = client.post("/admin/calendar/address/", follow=True)
    (url,) = re.findall(r'readonly value="http://testserver([^"]+)"', response.content.decode())
    return url


def read_events(data: bytes) -> list[dict[str, str]]:
    """Unfold and unescape as RFC 5545 says."""
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 75
    events: list[dict[str, str]] = []
    for line in data.replace(b"\r\n ", b"").decode().splitlines():
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events:
            events[-1][name] = re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], value)
    return events


def test_it_has_the_titles_as_they_are_at_utc_times(small_site: SmallSite, editor, schedule, client: Client) -> None:
    title = "Wörter, Sätze; \\Zeichen\\ – " + "後記" * 40
    page = schedule(title, SOON)
    response = client.get(make_address(editor))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    (event,) = [event for event in read_events(response.content) if "scheduled" in event["UID"]]
    assert event["SUMMARY"] == f"Goes live: {title}"
    assert event["DTSTART"] == f"{SOON:%Y%m%dT%H%M%SZ}"
    assert event["URL"] == f"{settings.WAGTAILADMIN_BASE_URL}/admin/pages/{page.pk}/edit/"


def test_an_entry_has_the_same_id_after_a_move(small_site: SmallSite, editor, schedule, client: Client) -> None:
    page = schedule("Moving", SOON)
    url = make_address(editor)
    before = {event["UID"] for event in read_events(client.get(url).content)}
    page.revisions.update(approved_go_live_at=SOON + datetime.timedelta(days=3))
    assert {event["UID"] for event in read_events(client.get(url).content)} == before


def test_a_line_break_in_a_title_ends_no_line() -> None:
    assert feed._text("One\r\nEND:VCALENDAR\x00") == r"One\nEND:VCALENDAR"


def test_it_shows_what_the_user_may_edit_now(small_site: SmallSite, member, schedule, client: Client) -> None:
    author = member("add")
    schedule("Mine", SOON, owner=author)
    schedule("Foreign", SOON)
    url = make_address(author)
    assert b"Mine" in client.get(url).content
    assert b"Foreign" not in client.get(url).content
    author.groups.clear()
    assert client.get(url).status_code == 404


def test_a_deactivated_user_has_none(small_site: SmallSite, editor, schedule, client: Client) -> None:
    schedule("Secret", SOON)
    url = make_address(editor)
    editor.is_active = False
    editor.save()
    response = client.get(url)
    assert response.status_code == 404
    assert b"Secret" not in response.content


def test_a_new_address_ends_the_old_one(small_site: SmallSite, editor, client: Client) -> None:
    old, new = make_address(editor), make_address(editor)
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    client.force_login(editor)
    assert client.get("/admin/calendar/address/").status_code == 405


def test_what_was_not_signed_here_asks_no_database(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert FeedAddress.find("1.abc") is FeedAddress.find("1.abc.def") is FeedAddress.find("ü.\x00") is None


def test_too_many_requests_are_refused(small_site: SmallSite, editor, client: Client, monkeypatch) -> None:
    monkeypatch.setattr(feed, "MOST_REQUESTS", 3)
    url = make_address(editor)
    answers = [client.get(url) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1]["Retry-After"] == "600"


def test_it_is_no_longer_than_so_many_entries(small_site: SmallSite, editor, client: Client, monkeypatch) -> None:
    monkeypatch.setattr(feed, "MOST_EVENTS", 3)
    for number in range(5):
        BlogPostPageFactory(parent=small_site.blog, slug=f"post-of-{number}", first_published_at=timezone.now())
    assert len(read_events(client.get(make_address(editor)).content)) == 3


def test_the_address_stands_in_no_log(editor) -> None:
    path = FeedAddress.objects.create(user=editor).path

    class Record:
        msg = '"GET %s"'
        args = (path,)

    assert redact(Record) is True
    assert path.rpartition("/")[2].removesuffix(".ics") not in Record.args[0]
    assert "uvicorn.access" in LOGGERS
