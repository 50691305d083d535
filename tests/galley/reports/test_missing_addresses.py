"""Addresses that visitors ask for in vain: what is counted, what isn't, and how an editor makes a redirect of one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from galley.reports import missing
from galley.reports.missing import MissingAddressCounter, Noted, clean_referrer, is_worth_noting, store
from galley.reports.models import MissingAddress
from tests.conftest import SmallSite
from tests.galley.reports.conftest import add_missing_address

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
REPORT = "/admin/reports/missing-addresses/"


def answering(status: int) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


async def get(counter: MissingAddressCounter, path: str, method: str = "GET", **headers: str) -> None:
    sent = {"host": "localhost", "user-agent": BROWSER} | headers

    async def send(message: Any) -> None:
        pass

    names = [(name.encode(), value.encode()) for name, value in sent.items()]
    await counter({"type": "http", "method": method, "path": path, "headers": names}, None, send)


def paths_of(counter: MissingAddressCounter) -> list[str]:
    return [path for _host, path in counter.noted]


def noted(**counts: int) -> dict[tuple[str, str], Noted]:
    return {("localhost", f"/{name}"): Noted(count, timezone.now(), "") for name, count in counts.items()}


# What is noted


async def test_a_get_that_finds_nothing_is_noted_with_its_referrer() -> None:
    counter = MissingAddressCounter(answering(404))
    await get(counter, "/old/")
    await get(counter, "/old/", referer="http://localhost/blog/?token=1#x")
    [one] = counter.noted.values()
    assert (one.count, one.referrer) == (2, "http://localhost/blog/")


async def test_what_is_found_or_posted_is_not_noted() -> None:
    for status, method in ((200, "GET"), (301, "GET"), (410, "GET"), (404, "POST"), (404, "HEAD")):
        counter = MissingAddressCounter(answering(status))
        await get(counter, "/old/", method)
        assert paths_of(counter) == []


@pytest.mark.parametrize(
    "path",
    [
        "/wp-login.php", "/blog/wp-admin/", "/xmlrpc.php", "/.env", "/.git/config", "/index.php", "/a.aspx", "//x",
        "/cgi-bin/x", "/admin/x/", "/preview/shared/x", "/static/x.css", "/dump.sql", "/" + "a" * 300, "/a\nb", "/a\0",
    ],
)  # fmt: skip
def test_noise_of_programs_is_left_out(path: str) -> None:
    assert not is_worth_noting(path, BROWSER.encode())


@pytest.mark.parametrize("path", ["/old/", "/2019/05/my-trip-to-paris.html", "/über-uns/", "/.well-known/x", "/feed"])
def test_what_a_visitor_may_look_for_is_counted(path: str) -> None:
    assert is_worth_noting(path, BROWSER.encode())


@pytest.mark.parametrize(
    "path",
    [
        "/reset/c5f2kq0w9x8y7z6a5b4c/", "/u/ann@example.org/", "/x/0b9de2ab-4a3e-4d2f-9c4c-2f6e0e1c9a55/",
    ],
)  # fmt: skip
def test_a_path_that_may_hold_a_secret_is_not_counted(path: str) -> None:
    assert not is_worth_noting(path, BROWSER.encode())


@pytest.mark.parametrize("agent", ["", "curl/8", "Googlebot/2.1", "python-requests/2", "ACrawler", "Go-http-client/1"])
def test_robots_are_left_out(agent: str) -> None:
    assert not is_worth_noting("/old/", agent.encode())


@pytest.mark.parametrize(
    ("referrer", "stored"),
    [
        ("http://localhost/blog/?q=name", "http://localhost/blog/"),
        ("https://mail.example/inbox/ann?id=1", "https://mail.example/"),
        ("http://localhost/reset/c5f2kq0w9x8y7z6a5b4c/", "http://localhost/"),
        ("https://ann:secret@example.org/", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_of_the_referring_page_nothing_personal_is_stored(referrer: str, stored: str) -> None:
    assert clean_referrer(referrer, "localhost") == stored


# How it is stored


async def test_a_flood_takes_little_memory_and_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[int] = []
    monkeypatch.setattr(missing, "store", lambda noted: writes.append(len(noted)))
    monkeypatch.setattr(missing, "MAX_IN_MEMORY", 10)
    counter = MissingAddressCounter(answering(404))
    for number in range(50):
        await get(counter, f"/old-{number}/")
    assert len(counter.noted) == 10
    await counter.flush()
    assert (writes, counter.noted) == ([10], {})


def test_what_comes_after_a_quiet_time_is_stored_soon() -> None:
    counter = MissingAddressCounter(answering(404))
    assert [counter._seconds_until_due(now) for now in (100.0, 101.5, 500.0)] == [1.0, 59.5, 1.0]


async def test_what_is_noted_is_stored_before_the_server_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[int] = []
    monkeypatch.setattr(missing, "store", lambda noted: writes.append(len(noted)))

    async def lifespan(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "lifespan.startup"
        assert (await receive())["type"] == "lifespan.shutdown"
        assert writes == [1]

    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def receive() -> Any:
        return messages.pop(0)

    counter = MissingAddressCounter(answering(404))
    await get(counter, "/old/")
    counter.app = lifespan
    await counter({"type": "lifespan"}, receive, None)


async def test_a_database_that_fails_loses_no_count(monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    def fail(noted: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(missing, "store", fail)
    counter = MissingAddressCounter(answering(404))
    await get(counter, "/old/")
    await counter.flush()
    assert "database is locked" in caplog.text
    await get(counter, "/old/")
    assert [one.count for one in counter.noted.values()] == [2]


def test_counts_add_up_by_day_and_are_bounded(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "MOST_A_DAY", 10)
    store(noted(old=3))
    store({("localhost", "/old/"): Noted(4, timezone.now(), "http://localhost/blog/")})
    row = MissingAddress.objects.get()
    assert (row.path, row.count, row.referrer) == ("/old", 7, "http://localhost/blog/")
    store(noted(old=100))
    row.refresh_from_db()
    assert row.count == 10
    MissingAddress.objects.update(last_seen=timezone.now() - timedelta(days=1))
    store(noted(old=100))
    row.refresh_from_db()
    assert row.count == 20


def test_few_queries_store_many(small_site: SmallSite, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(12):
        store(noted(**{f"a{number}": 1 for number in range(90)}))
    assert MissingAddress.objects.count() == 90


def test_the_table_is_bounded_and_old_rows_go(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    add_missing_address("/ancient", 99, last_seen=timezone.now() - timedelta(days=91))
    monkeypatch.setattr(missing, "MAX_STORED", 2)
    store(noted(a=5, b=1, c=3))
    assert set(MissingAddress.objects.values_list("path", flat=True)) == {"/a", "/c"}


def test_each_site_has_its_own(small_site: SmallSite) -> None:
    Site.objects.create(hostname="other.example", root_page=small_site.blog)
    store({(host, "/old"): Noted(1, timezone.now(), "") for host in ("other.example:8080", "localhost", "x.example")})
    counts = dict(MissingAddress.objects.values_list("site__hostname", "count"))
    assert counts == {"other.example": 1, "testserver": 2}


def test_a_page_whose_query_is_wrong_is_not_missing(small_site: SmallSite) -> None:
    store({("localhost", path): Noted(1, timezone.now(), "") for path in ("/blog/", "/blog/gone/", "/old/")})
    assert set(MissingAddress.objects.values_list("path", flat=True)) == {"/blog/gone", "/old"}


def test_the_site_counts_what_its_visitors_miss() -> None:
    from config.asgi import application

    assert isinstance(application.app, MissingAddressCounter)


# What editors do with it


def test_one_press_leads_to_a_filled_in_redirect(client_of: Callable[..., Client]) -> None:
    row = add_missing_address("/old", 7, referrer="http://localhost/blog/")
    client = client_of("Editors")
    html = client.get(REPORT).content.decode()
    assert "/old" in html
    assert "http://localhost/blog/" in html
    form = client.get(f"{REPORT}{row.pk}/redirect/").content.decode()
    assert 'name="old_path" value="/old"' in form
    assert 'action="/admin/redirects/add/"' in form
    target = {"old_path": "/old", "is_permanent": "on", "redirect_link": "http://localhost/blog/"}
    assert client.post("/admin/redirects/add/", target).status_code == 302
    assert Redirect.objects.get().old_path == "/old"
    assert not MissingAddress.objects.exists()


def test_an_address_can_be_ignored_and_shown_again(client_of: Callable[..., Client]) -> None:
    row = add_missing_address("/old", 7)
    client = client_of("Editors")
    for is_ignored in (True, False):
        response = client.post(f"{REPORT}{row.pk}/ignore/", {"next": REPORT}, follow=True)
        row.refresh_from_db()
        assert row.is_ignored == is_ignored
        assert "“/old” is" in response.content.decode()
    client.post(f"{REPORT}{row.pk}/ignore/")
    assert f"{row.pk}/redirect/" not in client.get(REPORT).content.decode()
    assert f"{row.pk}/redirect/" in client.get(f"{REPORT}?state=ignored").content.decode()


def test_a_page_that_appears_there_ends_the_matter(small_site: SmallSite, django_capture_on_commit_callbacks) -> None:
    add_missing_address("/about-us")
    small_site.about.slug = "about-us"
    with django_capture_on_commit_callbacks(execute=True):
        small_site.about.save_revision().publish()
    assert not MissingAddress.objects.exists()


def test_only_those_who_may_redirect_see_it(client_of: Callable[..., Client]) -> None:
    row = add_missing_address("/secret", 7)
    author = client_of("Authors")
    for address in (REPORT, f"{REPORT}results/", f"{REPORT}?export=csv", f"{REPORT}{row.pk}/redirect/"):
        assert author.get(address).status_code == 302
    author.post(f"{REPORT}{row.pk}/ignore/")
    row.refresh_from_db()
    assert not row.is_ignored
    assert REPORT not in author.get("/admin/").content.decode()
    assert REPORT in client_of("Chief editors").get("/admin/").content.decode()
    assert client_of("Editors").get(f"{REPORT}{row.pk}/ignore/").status_code == 405


def test_the_dashboard_names_what_is_asked_for_often(client_of: Callable[..., Client]) -> None:
    add_missing_address("/old", 4)
    editor, author = client_of("Editors"), client_of("Authors")
    text = "Visitors often ask for"
    assert text not in editor.get("/admin/").content.decode()
    MissingAddress.objects.update(count=5)
    assert text in editor.get("/admin/").content.decode()
    assert text not in author.get("/admin/").content.decode()
    MissingAddress.objects.update(is_ignored=True)
    assert text not in editor.get("/admin/").content.decode()


def test_an_empty_list_says_that_all_is_well(client_of: Callable[..., Client]) -> None:
    html = client_of("Editors").get(REPORT).content.decode()
    assert "All is well: nobody has asked for an address that isn’t there." in html
