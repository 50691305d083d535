"""What visitors send is limited, and what is too long doesn't come back."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils.translation import override

from galley.async_pages.body_limit import BodyLimit
from tests.galley.page_cache.visitors import ask

EDITORS = re.compile(r"/admin/(?!login/)")


async def echo(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message.get("more_body")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/contact/", 1_000, 200),
        ("/contact/", 1_001, 413),
        ("/admin/login/", 1_001, 413),
        ("/admin/pages/4/edit/", 1_001, 200),
    ],
)
@pytest.mark.parametrize("says_how_long", [True, False])
async def test_what_is_too_long_is_refused(path: str, size: int, status: int, says_how_long: bool) -> None:
    headers = {"content_length": str(size)} if says_how_long else {}
    answer = await ask(BodyLimit(echo, 1_000, EDITORS), path, "POST", b"x" * size, **headers)
    assert answer.status == status
    assert (b"xxx" in answer.body) is (status == 200)
    if status == 413:
        assert answer.headers["cache-control"] == "no-store"
        assert b"Back button" in answer.body


async def test_the_refusal_speaks_the_language_of_the_site() -> None:
    with override("de"):
        answer = await ask(BodyLimit(echo, 2_048, EDITORS), "/kontakt/", "POST", b"x" * 3_000)
    assert answer.body.decode().startswith("Das ist zu lang: Formulare dieser Website nehmen höchstens 2 kB an.")


@pytest.mark.django_db
async def test_ten_megabytes_are_not_echoed_by_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    from config import asgi

    body = urlencode({"text": "x" * 10_000_000}).encode()
    for path in ("/contact/", "/admin/login/", "/admin/password_reset/", "/preview/connection/", "/nowhere/"):
        answer = await ask(asgi.site, path, "POST", body, content_length=str(len(body)))
        assert (answer.status, len(answer.body) < 1_000) == (413, True), path
