"""Every decision of the cache is logged with its reason, at level DEBUG and no other."""

import logging
from collections.abc import Callable, Iterator

import pytest
from wagtail.models import Page, Site

from galley.page_cache.application import logger
from tests.conftest import SmallSite
from tests.galley.page_cache.press import Press
from tests.galley.page_cache.visitors import Visitor, grow_older


@pytest.fixture
def decisions(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    """Return what was logged since the last call."""
    with caplog.at_level(logging.DEBUG, logger="galley.page_cache"):

        def take() -> list[str]:
            lines = [record.getMessage() for record in caplog.records if record.name == "galley.page_cache"]
            caplog.clear()
            return lines

        yield take


def test_a_miss_and_a_hit(cached, decisions) -> None:
    visitor = cached(Press())
    visitor.get("/a/?b=c")
    assert decisions() == ["miss /a/?b=c: it is not stored", "stored /a/?b=c: it was made from 0 queries"]
    visitor.get("/a/?b=c")
    assert decisions() == ["hit /a/?b=c: nothing has changed"]


@pytest.mark.parametrize(
    ("request_options", "reason"),
    [
        ({"method": "POST"}, "the method isn't GET or HEAD"),
        ({"authorization": "Basic x"}, "the request has an Authorization header"),
        ({"cookie": "csrftoken=x; sessionid=y"}, "the request has the cookie sessionid"),
        ({"body": b"x", "content_length": "1"}, "the request has a body"),
    ],
)
def test_a_bypass(cached, decisions, request_options: dict, reason: str) -> None:
    cached(Press()).ask("/", **request_options)
    assert decisions() == [f"bypass /: {reason}"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"cache_control": "private"}, "its Cache-Control says private"),
        ({"cache_control": None}, "its Cache-Control doesn't say public"),
        ({"set_cookie": "a=b"}, "it has the header set-cookie"),
        ({"vary": "User-Agent"}, "it varies by a header that isn't in the cache key"),
        ({"status": 404}, "its status is 404"),
        ({"text": "x" * 2_000_000}, "it is too large for the cache"),
    ],
)
def test_what_is_not_stored_and_passes_the_cache_afterwards(cached, decisions, headers: dict, reason: str) -> None:
    visitor = cached(Press(**headers))
    visitor.get("/")
    assert f"not stored /: {reason}" in decisions()
    visitor.get("/")
    assert decisions() == ["pass /: the last response to it could not be stored"]


def test_an_expired_response(cached, decisions) -> None:
    visitor = cached(Press())
    visitor.get("/")
    grow_older(visitor, 610)
    decisions()
    visitor.get("/")
    assert "stale /: it has expired; it is served while it is fetched again" in decisions()


def test_a_change_of_something_else(cached, changes, decisions) -> None:
    visitor = cached(Press())
    visitor.get("/")
    changes.make_one()
    decisions()
    visitor.get("/")
    first, last = decisions()
    assert first == "revalidated /: content has changed, but its queries give the same rows"
    assert last == "hit /: it is valid"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_changed_query_is_named(visitor: Visitor, small_site: SmallSite, decisions) -> None:
    for _ in range(3):
        visitor.get("/about-us/")
    Page.objects.filter(pk=small_site.about.pk).update(title="Changed")
    decisions()
    visitor.get("/about-us/")
    stale = decisions()[0]
    assert stale.startswith("stale /about-us/: a query gives other rows, on: ")
    assert "wagtailcore_page" in stale
    Site.objects.update(site_name="Changed")
    visitor.get("/about-us/")
    assert "stale /about-us/: a change has flushed the cache, such as that of a site or a locale" in decisions()


def test_without_debug_nothing_is_formatted(cached, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logger, "debug", lambda *args: pytest.fail("logged"))
    visitor = cached(Press())
    for _ in range(2):
        visitor.get("/")
    assert visitor.get("/").is_hit
