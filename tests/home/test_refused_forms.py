"""Refused forms name the cause."""

import logging

import pytest
from django.test import Client

from home import refused_forms

LOGIN = "/admin/login/"


@pytest.fixture
def client(db: None) -> Client:
    refused_forms._log_address.cache_clear()
    return Client(enforce_csrf_checks=True)


def test_a_browser_without_cookies_is_named(client: Client) -> None:
    page = client.post(LOGIN, headers={"Origin": "http://testserver"})
    assert page.status_code == 403
    assert "<h1>Your browser sent no cookie</h1>" in page.content.decode()


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
    with caplog.at_level(logging.WARNING, "home.refused_forms"):
        pages = [client.post(LOGIN, headers=headers, secure=secure) for _ in range(3)]
    text = pages[0].content.decode()
    assert "<h1>This form came from another address</h1>" in text
    assert f"sent it from {got}. The server takes its own address to be {expected}." in text
    assert [record.args for record in caplog.records if record.name == "home.refused_forms"] == [(got, expected)]


def test_what_was_sent_is_escaped(client: Client) -> None:
    page = client.post(LOGIN, headers={"Origin": "http://<script>"})
    assert "<script>" not in page.content.decode()
