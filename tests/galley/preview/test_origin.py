"""What a page that can't open a socket shows, for each way in which a proxy can be set up wrongly."""

from typing import Any

import pytest
from django.test import AsyncClient

from galley.preview import origin

CHANGED = "your browser has this site at {got}, and the server takes its address to be {expected}."
WITHOUT_SOCKETS = "something between your browser and the server doesn't pass WebSockets"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, settings: Any) -> pytest.LogCaptureFixture:
    settings.ALLOWED_HOSTS = ["*"]
    origin._log_host.cache_clear()
    origin._log_address.cache_clear()
    origin._log_upgrade.cache_clear()
    origin._log_origin.cache_clear()
    return caplog


def scope_of(host: str, scheme: str = "http", **headers: str) -> dict[str, Any]:
    sent = {"host": host} | headers
    return {"scheme": scheme, "headers": [(name.encode(), value.encode()) for name, value in sent.items()]}


@pytest.mark.parametrize(
    ("got", "scheme", "host"),
    [
        ("http://site.example:8080", "http", "site.example"),
        ("https://site.example", "http", "site.example"),
        ("http://site.example", "http", "127.0.0.1:8000"),
        ("http://site.example", "https", "site.example"),
        ("null", "http", "site.example"),
    ],
)
def test_an_address_that_a_proxy_changed_is_named_and_logged_once(logged, got: str, scheme: str, host: str) -> None:
    expected = f"{scheme}://{host}"
    answers = {origin.explain_refusal(scope_of(host, scheme), got) for _ in range(3)}
    assert [CHANGED.format(got=got, expected=expected) in answer for answer in answers] == [True]
    # The socket itself is refused for the same reason.
    assert not origin.is_own_origin(scope_of(host, scheme.replace("http", "ws"), origin=got))
    assert [record.args for record in logged.records] == [(got, expected)]


@pytest.mark.parametrize("got", ["http://site.example", "https://trusted.example"])
def test_sockets_that_a_proxy_does_not_pass_are_named(logged, settings, got: str) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example"]
    answers = {origin.explain_refusal(scope_of("site.example", origin=got), got) for _ in range(3)}
    assert [WITHOUT_SOCKETS in answer for answer in answers] == [True]
    assert origin.is_own_origin(scope_of("site.example", "ws", origin=got))
    assert ["Upgrade and Connection" in record.getMessage() for record in logged.records] == [True]


@pytest.mark.parametrize("arrives_as", ["", "null", "http://127.0.0.1:8000", "http://site.example:80"])
def test_an_origin_that_a_proxy_changed_is_named(logged, arrives_as: str) -> None:
    scope = scope_of("site.example", **({"origin": arrives_as} if arrives_as else {}))
    answers = {origin.explain_refusal(scope, "http://site.example") for _ in range(3)}
    assert [f"Origin. Your browser sends http://site.example, and the server gets: {arrives_as or '—'}." in answer
            for answer in answers] == [True]  # fmt: skip
    assert not origin.is_own_origin(scope | {"scheme": "ws"})
    assert ("http://site.example", arrives_as or "nothing") in [record.args for record in logged.records]


@pytest.mark.parametrize(
    ("setting", "value", "headers"),
    [
        # uvicorn reads neither a list nor what a proxy on another machine sends; Django does.
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https"), {"x-forwarded-proto": "https, http"}),
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https"), {"x-forwarded-proto": "https"}),
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_SCHEME", "tls"), {"x-scheme": "tls"}),
        ("USE_X_FORWARDED_HOST", True, {"x-forwarded-host": "site.example"}),
    ],
)
def test_sockets_have_the_address_that_forms_have(logged, settings, setting: str, value: Any, headers: Any) -> None:
    settings.ALLOWED_HOSTS = ["site.example"]
    setattr(settings, setting, value)
    is_host = setting == "USE_X_FORWARDED_HOST"
    sent = headers | {"origin": "http://site.example" if is_host else "https://site.example"}
    assert origin.is_own_origin(scope_of("127.0.0.1:8000" if is_host else "site.example", "ws", **sent))
    assert not origin.is_own_origin(
        scope_of("127.0.0.1:8000" if is_host else "site.example", "ws", origin=sent["origin"])
    )
    assert len(logged.records) == 1


def test_a_host_that_is_not_the_sites_opens_no_socket_although_the_page_has_it_too(logged, settings) -> None:
    settings.ALLOWED_HOSTS = ["site.example"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example"]
    for host, sent in (
        ("evil.example", "http://evil.example"),
        ("evil.example", "https://trusted.example"),
        ("", "http://"),
    ):
        assert not origin.is_own_origin(scope_of(host, "ws", origin=sent))
    assert origin.is_own_origin(scope_of("site.example", "ws", origin="http://site.example"))
    assert [record.args for record in logged.records] == [("'evil.example'",), ("''",)]


async def test_the_page_asks_by_http(logged, async_client: AsyncClient) -> None:
    def ask(page: str) -> Any:
        return async_client.post(f"/preview/connection/?origin={page}", headers={"origin": page})

    same, other = await ask("http://testserver"), await ask("http://testserver:81")
    assert WITHOUT_SOCKETS in same.content.decode()
    assert CHANGED.format(got="http://testserver:81", expected="http://testserver") in other.content.decode()
    assert (other["Content-Type"], other["Cache-Control"]) == ("text/plain; charset=utf-8", same["Cache-Control"])
