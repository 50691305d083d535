"""Refused forms name the cause."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from galley.async_pages import refused_forms
from galley.async_pages.fetch_metadata import csrf_by_fetch_metadata, log_other_address

LOGIN = "/admin/login/"
LOGGERS = {"galley.async_pages.refused_forms", "galley.async_pages.fetch_metadata"}


@pytest.fixture
def client(db: None) -> Client:
    log_other_address.cache_clear()
    refused_forms._log_cookie.cache_clear()
    return Client(enforce_csrf_checks=True)


def logged(caplog: pytest.LogCaptureFixture) -> list[object]:
    return [record.args for record in caplog.records if record.name in LOGGERS]


@pytest.mark.parametrize(
    ("cookies", "is_secure", "cause", "got"),
    [
        ([], False, "Your browser returned no cookie", "none"),
        # A proxy that hides `Set-Cookie`, or changes the path of new cookies.
        (["sessionid", "theme"], False, "other cookies (sessionid, theme), but not csrftoken", "sessionid, theme"),
        # A proxy that ends TLS and doesn't say so, or a site without TLS.
        ([], True, "by HTTPS only, and the server was asked at http://testserver.", "none"),
        (["sessionid"], True, "by HTTPS only, and the server was asked at http://testserver.", "sessionid"),
    ],
)
def test_a_cookie_that_did_not_come_back_is_named_and_logged_once(
    client: Client,
    caplog: pytest.LogCaptureFixture,
    settings,
    cookies: list[str],
    is_secure: bool,
    cause: str,
    got: str,
) -> None:
    settings.CSRF_COOKIE_SECURE = is_secure
    client.cookies.load(dict.fromkeys(cookies, "x"))
    pages = [client.post(LOGIN, headers={"Origin": "http://testserver"}) for _ in range(3)]
    text = pages[0].content.decode()
    assert pages[0].status_code == 403
    assert "<h1>A cookie did not come back</h1>" in text
    assert cause in text
    assert logged(caplog) == [("csrftoken", got, "http://testserver")]


@pytest.mark.parametrize(
    ("headers", "cause"),
    [
        ({"Origin": "https://testserver"}, "sent it from https://testserver. The server takes its own address"),
        ({"Origin": "http://testserver"}, "Your browser returned no cookie"),
    ],
)
def test_a_script_gets_the_cause_as_json(client: Client, headers: dict[str, str], cause: str) -> None:
    answer = client.post(LOGIN, headers=headers | {"X-Requested-With": "XMLHttpRequest"})
    assert answer.status_code == 403
    assert cause in answer.json()["cause"]


def test_a_script_is_not_given_a_cause_if_its_form_is_out_of_date(client: Client) -> None:
    client.get(LOGIN)
    answer = client.post(LOGIN, headers={"Origin": "http://testserver", "X-Requested-With": "XMLHttpRequest"})
    assert (answer.status_code, answer.json()) == (403, {"cause": ""})


def test_a_form_without_an_address_says_so(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    page = client.post(LOGIN, secure=True)
    assert (
        "Nothing says from which address it was sent. The server takes its own address to be https://testserver."
        in (page.content.decode())
    )
    assert logged(caplog) == [("an unknown address", "https://testserver")]


def test_an_outdated_form_is_named(client: Client) -> None:
    client.get(LOGIN)
    page = client.post(LOGIN, {"csrfmiddlewaretoken": "a" * 64}, headers={"Origin": "http://testserver"})
    assert page.status_code == 403
    assert "<h1>This form is out of date</h1>" in page.content.decode()


@pytest.mark.parametrize(
    ("headers", "secure", "got", "expected"),
    [
        ({"Origin": "http://testserver:8443"}, False, "http://testserver:8443", "http://testserver"),
        ({"Origin": "https://testserver"}, False, "https://testserver", "http://testserver"),
        ({"Referer": "https://testserver:8443/admin/login/"}, True, "https://testserver:8443", "https://testserver"),
        ({"Origin": "https://elsewhere.example"}, True, "https://elsewhere.example", "https://testserver"),
    ],
)
def test_an_address_that_a_proxy_changed_is_named_and_logged_once(
    client: Client, caplog: pytest.LogCaptureFixture, headers: dict[str, str], secure: bool, got: str, expected: str
) -> None:
    pages = [client.post(LOGIN, headers=headers, secure=secure) for _ in range(3)]
    text = pages[0].content.decode()
    assert "<h1>This form came from another address</h1>" in text
    assert f"sent it from {got}. The server takes its own address to be {expected}." in text
    assert logged(caplog) == [(got, expected)]


def test_what_was_sent_is_escaped(client: Client) -> None:
    page = client.post(LOGIN, headers={"Origin": "http://<script>"})
    assert "<script>" not in page.content.decode()


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (
            {"Origin": "http://testserver:8080"},
            "sent from http://testserver:8080, and the site takes its own address to be",
        ),
        ({"Origin": "https://testserver"}, "sent from https://testserver, and the site takes its own address to be"),
        ({"Origin": "null"}, "sent from null, and the site takes its own address to be http://testserver,"),
        # The browser itself says so.
        ({"Origin": "http://other.example", "Sec-Fetch-Site": "cross-site"}, "a page of another site"),
    ],
)
def test_a_form_without_a_cookie_names_the_addresses(
    rf: RequestFactory, caplog: pytest.LogCaptureFixture, headers: dict[str, str], said: str
) -> None:
    """The contact form: `csrf_by_fetch_metadata`."""
    log_other_address.cache_clear()
    view = csrf_by_fetch_metadata(lambda request: HttpResponse())
    answers = {view(rf.post("/contact/", headers=headers)).content.decode() for _ in range(3)}
    assert [said in answer for answer in answers] == [True]
    expected = [] if "Sec-Fetch-Site" in headers else [(headers["Origin"], "http://testserver")]
    assert logged(caplog) == expected
