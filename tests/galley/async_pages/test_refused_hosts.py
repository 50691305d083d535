"""A request by a name that isn't the site's gets the cause, and the log has each name once."""

import pytest
from django.conf import settings as project
from django.core.exceptions import SuspiciousOperation
from django.test import Client, RequestFactory

from galley.async_pages import refused_hosts


@pytest.fixture
def behind_a_proxy(settings) -> None:
    settings.ALLOWED_HOSTS = ["site.example"]
    settings.WAGTAILADMIN_BASE_URL = "https://site.example"
    refused_hosts._log_host.cache_clear()


# What nginx, Apache and containers send without a setting for it; what a client may make up.
@pytest.mark.parametrize(
    ("host", "is_forwarded"),
    [
        ("galley", False),
        ("127.0.0.1:8000", False),
        ("web:8000", False),
        ("site.example.evil.example", False),
        ("<script>", False),
        ("site_1.example", True),
    ],
)
@pytest.mark.parametrize("is_secure", [False, True])
def test_a_name_that_a_proxy_changed_is_named_and_logged_once(
    behind_a_proxy, client: Client, settings, caplog: pytest.LogCaptureFixture, host: str, *, is_forwarded, is_secure
) -> None:
    settings.USE_X_FORWARDED_HOST = is_forwarded
    settings.SECURE_SSL_REDIRECT = is_secure
    name = "X-Forwarded-Host" if is_forwarded else "Host"
    headers = {"Host": "site.example"} | {name: host}
    pages = [client.get("/search/?q=x", headers=headers) for _ in range(2)]
    text = pages[0].content.decode()
    assert [page.status_code for page in pages] == [400, 400]
    assert pages[0]["Content-Type"] == "text/plain; charset=utf-8"
    assert f"isn't the name of a site here: {host}." in text
    assert f"pass the header {name} as it comes" in text
    lines = [record.args for record in caplog.records if record.name == refused_hosts.__name__]
    assert lines == [(name, host, "https://site.example")]


def test_other_requests_that_cannot_be_read_have_their_own_page(behind_a_proxy, rf: RequestFactory) -> None:
    answer = refused_hosts.answer_bad_request(rf.get("/"), SuspiciousOperation())
    assert answer.status_code == 400
    assert "too long, or damaged" in answer.content.decode()


def test_django_logs_no_second_line_for_each_request() -> None:
    assert project.LOGGING["loggers"]["django.security.DisallowedHost"] == {"level": "CRITICAL"}
