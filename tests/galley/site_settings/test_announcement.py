"""An announcement shows from its time until its time, on cached pages too."""

import datetime

import pytest
from django.test import RequestFactory
from django.utils import timezone

from galley.page_cache.queries import record_queries, seconds_left
from galley.site_settings.announcement import find_announcement
from tests.factories import SmallSite
from tests.galley.page_cache.conftest import visitor  # noqa: F401
from tests.galley.page_cache.visitors import Visitor, grow_older, runner  # noqa: F401

HOUR = datetime.timedelta(hours=1)
TEXT = "The shop is closed <today>"


def in_hours(hours: int | None) -> datetime.datetime | None:
    """Return the moment in so many hours; None stands for none."""
    return None if hours is None else timezone.now() + hours * HOUR


def shown(rf: RequestFactory) -> str:
    return "".join(one.text for one in find_announcement(rf.get("/")))


@pytest.mark.parametrize(
    ("begins", "ends", "is_shown", "most_seconds"),
    [
        (None, None, True, None),
        (-1, None, True, None),
        (-1, 1, True, 3600),
        (None, 1, True, 3600),
        (1, None, False, 3600),
        (1, 2, False, 3600),
        (-2, -1, False, None),
    ],
)
def test_it_shows_between_its_times_and_pages_expire_when_that_changes(
    rf: RequestFactory, change_settings, begins, ends, is_shown: bool, most_seconds: int | None
) -> None:
    change_settings(announcement=TEXT, announcement_from=in_hours(begins), announcement_until=in_hours(ends))
    with record_queries():
        assert shown(rf) == (TEXT if is_shown else "")
        assert (0 < seconds_left() <= most_seconds) if most_seconds else seconds_left() == float("inf")


def test_without_a_text_or_a_site_there_is_none(rf: RequestFactory, small_site: SmallSite, change_settings) -> None:
    change_settings(announcement="")
    assert shown(rf) == ""
    small_site.home.get_site().delete()
    assert shown(rf) == ""


def test_what_is_dismissed_is_this_announcement_alone(rf: RequestFactory, change_settings) -> None:
    def key(**fields: object) -> str:
        change_settings(**fields)
        return find_announcement(rf.get("/"))[0].key

    link = [("address", {"label": "More", "address": "/more/"})]
    keys = [
        key(announcement=TEXT),
        key(announcement="Open"),
        key(announcement_link=link),
        key(announcement_until=in_hours(1)),
    ]
    assert len({*keys, key()}) == len(keys)


def test_it_stands_on_pages_escaped_with_its_link_and_a_button(
    change_settings, small_site: SmallSite, asgi_get
) -> None:
    change_settings(announcement=TEXT, announcement_link=[("page", {"page": small_site.about, "label": ""})])
    for url in ("/", small_site.post.url, "/search/", "/nothing/"):
        html = asgi_get(url).content.decode()
        assert '<aside class="announcement" aria-label="Announcement"' in html
        assert 'The shop is closed &lt;today&gt; <a href="/about-us/">About us</a>' in html
        assert '<button class="announcement__dismiss" type="button" hidden>Dismiss</button>' in html
        assert html.index("skip-link") < html.index("<aside") < html.index("<header")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_cached_page_loses_it_on_time_and_gets_it_on_time(visitor: Visitor, change_settings, monkeypatch) -> None:  # noqa: F811
    change_settings(
        announcement=TEXT,
        announcement_from=in_hours(-1),
        announcement_until=timezone.now() + datetime.timedelta(minutes=8),
    )
    assert b"closed" in visitor.get("/").body
    assert b"closed" in visitor.get("/").body
    grow_older(visitor, 6 * 60)
    assert visitor.get("/").is_hit
    clock = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: clock() + datetime.timedelta(minutes=8))
    grow_older(visitor, 2 * 60)
    after = visitor.get("/")
    assert not after.is_hit
    assert b"closed" not in after.body
    # It is shown again from another time on.
    monkeypatch.setattr(timezone, "now", clock)
    change_settings(announcement_from=clock() + HOUR / 10, announcement_until=None)
    assert b"closed" not in visitor.get("/").body
    monkeypatch.setattr(timezone, "now", lambda: clock() + HOUR / 10)
    grow_older(visitor, 360)
    assert b"closed" in visitor.get("/").body
