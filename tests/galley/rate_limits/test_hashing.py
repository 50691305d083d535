"""Passwords are hashed in a thread of their own: many sign-ins at once hold nobody up."""

import asyncio
import threading

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db.models import Sum
from django.http import HttpResponse
from django.test import Client, RequestFactory

from galley.async_pages.threads import PooledASGIHandler
from galley.rate_limits.models import AttemptCount
from galley.rate_limits.passwords import remember_browser
from tests.conftest import SmallSite
from tests.factories import EditorFactory
from tests.galley.async_pages.test_event_loop import Request, drive, send

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TOKEN = "t" * 32
PATIENCE = 60  # seconds, which only pass if the test fails


def sign_in(address: str, name: str, cookie: str = "") -> Request:
    return Request(
        address,
        {"Cookie": f"csrftoken={TOKEN}; {cookie}", "Content-Type": "application/x-www-form-urlencoded"},
        "POST",
        f"username={name}&password=wrong&csrfmiddlewaretoken={TOKEN}".encode(),
    )


def known_browser() -> str:
    """The cookie of a browser in which ada was signed in."""
    response = HttpResponse()
    remember_browser(RequestFactory().post("/admin/login/"), response, "ada")
    return response.cookies["known_browser"].OutputString().partition(";")[0]


def test_pages_are_served_while_passwords_are_hashed(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a single thread for requests, a page is answered while four sign-ins wait for their hashes.

    So is a sign-in from a browser that is known. Each attempt is counted before its hash.
    """
    EditorFactory(username="ada")
    monkeypatch.setattr("config.asgi.django_application._requests", PooledASGIHandler(1)._requests)
    is_hashing, may_go_on = threading.Event(), threading.Event()
    threads, counts = [], []
    encode = MD5PasswordHasher.encode

    def hash_slowly(*args: object) -> str:
        threads.append(threading.current_thread().name.rpartition("_")[0])
        counts.append(AttemptCount.objects.aggregate(used=Sum("used"))["used"])
        is_hashing.set()
        assert threads[-1] == "known-browsers" or may_go_on.wait(PATIENCE)
        return encode(*args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", hash_slowly)

    async def sign_in_and_read() -> list[int]:
        names = ["ada", "ada", "nobody", "nobody"]
        addresses = ["/_util/login/", "/admin/login/"] * 2
        tasks = [asyncio.create_task(send(sign_in(*each))) for each in zip(addresses, names, strict=True)]
        assert await asyncio.to_thread(is_hashing.wait, PATIENCE)
        statuses = [await send(Request("/blog/")), await send(Request("/admin/login/"))]
        statuses.append(await send(sign_in("/admin/login/", "ada", known_browser())))
        assert threads == ["passwords", "known-browsers"]
        assert not any(task.done() for task in tasks)
        may_go_on.set()
        return statuses + await asyncio.gather(*tasks)

    assert asyncio.run(sign_in_and_read()) == [200] * 7
    assert sorted(threads) == ["known-browsers"] + ["passwords"] * 4
    assert counts[0] > 0
    assert sorted(set(counts)) == counts


def test_signing_in_never_blocks_the_event_loop(small_site: SmallSite) -> None:
    assert drive(sign_in("/_util/login/", "ada"), sign_in("/admin/login/", "ada")) == [200, 200]


def test_who_is_signed_in_changes_the_account_in_the_thread_of_known_browsers(
    small_site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = EditorFactory(username="ada")
    threads = []
    encode = MD5PasswordHasher.encode

    def note_thread(*args: object) -> str:
        threads.append(threading.current_thread().name.rpartition("_")[0])
        return encode(*args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", note_thread)
    client = Client()
    client.force_login(ada)
    cookies = f"csrftoken={TOKEN}; sessionid={client.cookies['sessionid'].value}"
    request = Request(
        "/admin/account/",
        {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"},
        "POST",
        f"csrfmiddlewaretoken={TOKEN}&password-old_password=wrong&password-new_password1=a&password-new_password2=b".encode(),
    )
    assert asyncio.run(send(request)) == 200
    assert set(threads) == {"known-browsers"}
