"""Visits of the whole site: from memory, made by Django, and what isn't counted."""

import asyncio

import pytest
from wagtail.models import PageViewRestriction

from config.asgi import application, django_application
from galley.page_cache.application import PageCache
from galley.page_cache.version_tracker import version_tracker
from galley.statistics.visits import PAGE, VisitCounter, name_pages
from tests.conftest import SmallSite
from tests.factories import EditorFactory
from tests.galley.page_cache.visitors import Answer, Visitor, runner  # noqa: F401
from tests.galley.statistics.conftest import BROWSER, stored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def counter(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> VisitCounter:
    """The counter around the cached site, as `config.asgi` has it."""
    monkeypatch.setattr(version_tracker, "stale_seconds", 0)
    cache = PageCache(name_pages(django_application), 8 * 1024 * 1024)
    cache.tracker.invalidate()
    return VisitCounter(cache)


@pytest.fixture
def visitor(counter: VisitCounter, runner: asyncio.Runner) -> Visitor:  # noqa: F811
    return Visitor(counter, runner)


def read(visitor: Visitor, path: str, **headers: str) -> Answer:
    return visitor.get(f"http://testserver{path}", **{"user_agent": BROWSER} | headers)


def test_a_page_is_counted_when_it_is_made_and_when_it_comes_from_memory(
    visitor: Visitor, counter: VisitCounter, small_site: SmallSite
) -> None:
    first, second = read(visitor, "/about-us/"), read(visitor, "/about-us/")
    assert first.is_stored
    assert second.is_hit
    assert counter.noted == {small_site.about.pk: 2}
    assert not {str(PAGE), "galley.page"} & second.headers.keys()
    etag = second.headers["etag"]
    assert read(visitor, "/about-us/", if_none_match=etag).status == 304
    assert visitor.ask("http://testserver/about-us/", "HEAD", user_agent=BROWSER).status == 200
    assert read(visitor, "/about-us/", user_agent="curl/8").is_hit
    assert counter.noted == {small_site.about.pk: 2}
    visitor.run(counter.flush())
    assert stored() == {"about-us": 2}


def test_the_fast_path_of_the_server_is_counted(visitor: Visitor, counter: VisitCounter, small_site: SmallSite) -> None:
    read(visitor, "/about-us/")
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/about-us/", "query_string": b""}
    scope["headers"] = [(b"host", b"testserver"), (b"user-agent", BROWSER.encode())]

    async def ask() -> None:
        start, _body = counter.app.lookup(scope, counter.count)
        assert start["status"] == 200
        assert counter.app.lookup({**scope, "method": "HEAD"}, counter.count)
        objecting = {**scope, "headers": [*scope["headers"], (b"sec-gpc", b"1")]}
        assert counter.app.lookup(objecting, counter.count)

    visitor.run(ask())
    assert counter.noted == {small_site.about.pk: 2}


def test_what_is_no_page_is_not_counted(visitor: Visitor, counter: VisitCounter) -> None:
    assert read(visitor, "/blog/feed.atom").status == 200
    assert read(visitor, "/robots.txt").status == 200
    assert read(visitor, "/nothing/").status == 404
    assert read(visitor, "/admin/login/").status == 200
    assert counter.noted == {}


def test_editors_who_are_signed_in_are_not_counted(
    visitor: Visitor, counter: VisitCounter, small_site: SmallSite, client
) -> None:
    client.force_login(EditorFactory())
    session = f"sessionid={client.cookies['sessionid'].value}"
    assert read(visitor, "/about-us/", cookie=session).status == 200
    assert read(visitor, f"/admin/pages/{small_site.about.pk}/view_draft/", cookie=session).status == 200
    assert counter.noted == {}
    assert read(visitor, "/about-us/", cookie="sessionid=over").status == 200
    assert counter.noted == {small_site.about.pk: 1}


def test_a_private_page_is_counted_when_it_is_read(
    visitor: Visitor, counter: VisitCounter, small_site: SmallSite, client
) -> None:
    restriction = PageViewRestriction.objects.create(
        page=small_site.about, restriction_type="password", password="sesame"
    )
    asked = read(visitor, "/about-us/")
    assert b'type="password"' in asked.body
    assert counter.noted == {}
    session = client.session
    session["passed_page_view_restrictions"] = [restriction.pk]
    session.save()
    assert b'type="password"' not in read(visitor, "/about-us/", cookie=f"sessionid={session.session_key}").body
    assert counter.noted == {small_site.about.pk: 1}


def test_the_site_counts_its_visits() -> None:
    assert isinstance(application.app.app, VisitCounter)
