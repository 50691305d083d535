"""Signing in, in the admin and as a reader: a few wrong passwords, then a time in which none is looked at."""

import logging
import re

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import EditorFactory

pytestmark = pytest.mark.django_db

RIGHT = "proof-reading"
TOKEN = re.compile(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>')
# As multiples of the attempts for one account from one address.
BY_ADDRESS, BY_ACCOUNT = 2, 3
READERS = "/_util/login/"
both_forms = pytest.mark.parametrize("address", ["/admin/login/", READERS])


@pytest.fixture(autouse=True)
def _editors(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_ATTEMPTS = 3
    monkeypatch.setattr("galley.rate_limits.passwords.ATTEMPTS_BY_ADDRESS", BY_ADDRESS)
    monkeypatch.setattr("galley.rate_limits.passwords.ATTEMPTS_BY_ACCOUNT", BY_ACCOUNT)
    settings.TRUSTED_PROXY_COUNT = 1
    EditorFactory(username="ada")
    EditorFactory(username="grace")


def sign_in(
    name="ada",
    password="wrong",  # noqa: S107
    *,
    ip="8.8.8.8",
    client=None,
    address=READERS,
) -> HttpResponse:
    fields = {"username": name, "password": password, "next": "/admin/"}
    return (client or Client()).post(address, fields, headers={"X-Forwarded-For": ip})


@both_forms
def test_after_a_few_wrong_passwords_none_is_looked_at(address: str, settings, pass_time) -> None:
    for _ in range(3):
        response = sign_in(address=address)
        assert response.status_code == 200
        assert "Too many" not in response.content.decode()
    response = sign_in(password=RIGHT, address=address)
    text = response.content.decode()
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= settings.PASSWORD_ATTEMPTS_SPAN
    assert "For 15 minutes no password is checked, right or wrong. Everything else works" in text
    assert "didn&#x27;t match" not in text
    pass_time(settings.PASSWORD_ATTEMPTS_SPAN)
    assert sign_in(password=RIGHT, address=address).status_code == 302


def test_the_answer_is_the_same_whether_there_is_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """So is the time that it takes: as many hashes and queries, and the same words."""
    hashes = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashes.append(1) or encode(*args))
    sign_in("first", ip="1.1.1.1")  # templates are loaded
    answers = {"ada": [], "nobody": []}
    ips = {"ada": "8.8.8.8", "nobody": "8.8.4.4"}
    for name, seen in answers.items():
        for _ in range(4):
            hashes.clear()
            with CaptureQueriesContext(connection) as queries:
                response = sign_in(name, ip=ips[name])
            text = TOKEN.sub("", response.content.decode()).replace(f'value="{name}"', "")
            seen.append((response.status_code, len(hashes), len(queries), text))
    assert answers["ada"] == answers["nobody"]
    assert [(status, count) for status, count, *_ in answers["ada"]] == [(200, 1), (200, 1), (200, 1), (429, 0)]


def test_spellings_of_a_name_are_one_account() -> None:
    assert [sign_in(name).status_code for name in ("ADA", " ada", "Ａda")] == [200] * 3
    assert sign_in("ada", RIGHT).status_code == 429


def test_the_same_account_is_open_from_elsewhere_and_the_same_place_for_others() -> None:
    for _ in range(4):
        sign_in()
    assert sign_in("ada", RIGHT, ip="8.8.4.4").status_code == 302
    assert sign_in("grace", RIGHT).status_code == 302


def test_an_address_that_tries_many_accounts_has_to_wait_with_all() -> None:
    for number in range(3 * BY_ADDRESS):
        assert sign_in(f"name {number}").status_code == 200
    assert sign_in("ada", RIGHT).status_code == 429
    assert sign_in("ada", RIGHT, ip="8.8.4.4").status_code == 302


@pytest.mark.parametrize("shared", ["127.0.0.1", "192.168.1.1"])
def test_a_proxy_that_is_not_counted_locks_nobody_out_but_the_account_that_is_tried(shared: str) -> None:
    for number in range(3 * BY_ADDRESS):
        sign_in(f"name {number}", ip=shared)
    assert sign_in("ada", RIGHT, ip=shared).status_code == 302


def test_an_account_that_is_tried_from_many_addresses_is_locked_but_not_for_its_own_browser() -> None:
    own = Client()
    assert sign_in("ada", RIGHT, client=own).status_code == 302
    del own.cookies["sessionid"]
    cookie = own.cookies["known_browser"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (READERS, True, "Lax")
    assert "ada" not in cookie.value
    for number in range(3 * BY_ACCOUNT):
        assert sign_in(ip=f"8.8.{number // 2}.8").status_code == 200
    assert sign_in("ada", RIGHT, ip="1.1.1.1").status_code == 429
    assert sign_in("ada", RIGHT, client=own).status_code == 302
    # The cookie is good for nothing else: it has a limit of its own, and none for other accounts.
    statuses = [sign_in(client=own).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    for number in range(3 * BY_ACCOUNT):
        sign_in("grace", ip=f"8.8.{number // 2}.8")
    assert sign_in("grace", RIGHT, client=own, ip="1.1.1.1").status_code == 429


def test_a_forged_cookie_is_none() -> None:
    own = Client()
    for _ in range(3):
        own.cookies["known_browser"] = "forged:by:hand"
        assert sign_in(client=own).status_code == 200
    assert sign_in("ada", RIGHT, client=own).status_code == 429


def test_who_mistypes_now_and_then_never_waits() -> None:
    for _ in range(2):
        assert [sign_in().status_code, sign_in().status_code] == [200, 200]
        assert sign_in("ada", RIGHT).status_code == 302


def test_a_right_password_hides_no_wrong_ones_for_other_accounts() -> None:
    """With an account of one's own, others can't be guessed for ever."""
    statuses = []
    for number in range(3 * BY_ADDRESS + 1):
        statuses.append(sign_in(f"name {number}").status_code)
        sign_in("grace", RIGHT)
    assert statuses == [200] * (3 * BY_ADDRESS) + [429]


def test_without_its_cache_the_site_signs_people_in_and_counts(settings) -> None:
    backend = "galley.page_cache.redis_cache.PausingRedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1"}}
    assert sign_in("ada", RIGHT).status_code == 302
    assert [sign_in().status_code for _ in range(4)] == [200, 200, 200, 429]


def test_who_is_signed_in_stays_so() -> None:
    own = Client()
    sign_in("ada", RIGHT, client=own)
    for _ in range(4):
        sign_in()
    assert own.get("/admin/session/").status_code == 200


def test_the_editors_dialog_meets_the_same_limit() -> None:
    """Its frame asks who is signed in, and is led to the sign-in of the admin."""
    own = Client()
    address = own.get("/admin/session/").headers["Location"]
    assert address.startswith("/admin/login/")
    for _ in range(3):
        sign_in(client=own, address=address)
    response = sign_in("ada", RIGHT, client=own, address=address)
    assert response.status_code == 429
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_log_has_one_line_for_a_lock_and_no_name(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "galley.rate_limits"):
        for _ in range(6):
            sign_in("a password in the wrong field")
    [line] = [record.getMessage() for record in caplog.records if record.name.startswith("galley.rate_limits")]
    assert line.startswith("3 wrong passwords (sign-in), the last from 8.8.8.8.")
    assert "wrong field" not in line


def test_commands_and_tests_have_no_limit() -> None:
    for _ in range(9):
        authenticate(username="ada", password="wrong")
    assert authenticate(username="ada", password=RIGHT)
