"""Conditional requests and ranges for static files, by RFC 9110, 13 and 14."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import brotli
import pytest

from config.files import FileServer

BODY = b"body { margin: 0 }\n" * 40
BROTLI = brotli.compress(BODY)
LAST_MODIFIED = "Thu, 01 Jan 2026 00:00:00 GMT"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    content: bytes


Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Ask for a stylesheet, by default without an encoding: `await ask("HEAD", range="bytes=1-2")`."""
    (tmp_path / "site.css").write_bytes(BODY)
    (tmp_path / "site.css.br").write_bytes(BROTLI)
    for file in tmp_path.iterdir():
        os.utime(file, (1767225600, 1767225600))
    app = FileServer(None, root=str(tmp_path), prefix="/static/")

    async def ask(method: str = "GET", **headers: str) -> Answer:
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        headers = {"accept_encoding": "identity"} | headers
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": "/static/site.css", "query_string": b"", "headers": raw}
        await app(scope, None, send)
        answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], answered, b"".join(message["body"] for message in sent[1:]))

    return ask


async def test_each_encoding_has_an_etag_of_its_own(ask: Ask) -> None:
    plain, brotlied = await ask(), await ask(accept_encoding="br")
    assert brotlied.headers["content-encoding"] == "br"
    assert (plain.content, brotlied.content) == (BODY, BROTLI)
    assert plain.headers["etag"] != brotlied.headers["etag"]
    assert (await ask(if_none_match=plain.headers["etag"])).status == 304
    again = await ask(if_none_match=brotlied.headers["etag"], accept_encoding="br")
    assert (again.status, again.headers["etag"]) == (304, brotlied.headers["etag"])
    assert again.headers["vary"] == "Accept-Encoding"
    assert (await ask(if_none_match=brotlied.headers["etag"])).status == 200


@pytest.mark.parametrize("accepted", ["br;q=0", "br; q=0.0", "x-br", "gzip, br;q=0, identity", "*;q=0", "br;q=no", ""])
async def test_an_encoding_that_is_not_accepted_is_not_sent(ask: Ask, accepted: str) -> None:
    plain = await ask(accept_encoding=accepted)
    assert (plain.content, plain.headers.get("content-encoding")) == (BODY, None)
    assert plain.headers["vary"] == "Accept-Encoding"


async def test_a_part_of_an_encoding_is_of_its_bytes(ask: Ask) -> None:
    whole = await ask(accept_encoding="br")
    part = await ask(range="bytes=1-3", accept_encoding="br", if_range=whole.headers["etag"])
    assert (part.status, part.content, part.headers["content-encoding"]) == (206, BROTLI[1:4], "br")
    assert (await ask(range="bytes=1-3", if_none_match="*")).status == 304


@pytest.mark.parametrize("form", ["W/{}", '"other", {}', '{},"other"', 'W/"a", W/{}', "*"])
async def test_if_none_match_is_a_list_of_weakly_compared_etags(ask: Ask, form: str) -> None:
    etag = (await ask()).headers["etag"]
    assert (await ask(if_none_match=form.format(etag))).status == 304


async def test_if_none_match_goes_before_the_date(ask: Ask) -> None:
    assert (await ask(if_modified_since=LAST_MODIFIED)).status == 304
    assert (await ask(if_none_match='"other"', if_modified_since=LAST_MODIFIED)).status == 200


async def test_a_failed_precondition_is_refused(ask: Ask) -> None:
    etag = (await ask()).headers["etag"]
    assert (await ask(if_match=etag)).status == 200
    for headers in ({"if_match": '"other"'}, {"if_unmodified_since": "Wed, 31 Dec 2025 23:59:59 GMT"}):
        refused = await ask(**headers)
        assert (refused.status, refused.content) == (412, b"")


async def test_a_range_of_the_same_bytes_is_partial(ask: Ask) -> None:
    etag = (await ask()).headers["etag"]
    for validator in (etag, LAST_MODIFIED):
        part = await ask(range="bytes=2-5", if_range=validator)
        assert (part.status, part.content) == (206, BODY[2:6])


@pytest.mark.parametrize("validator", ['"other"', "W/{}", "Fri, 02 Jan 2026 00:00:00 GMT", "no date"])
async def test_a_range_of_other_bytes_is_the_whole_file(ask: Ask, validator: str) -> None:
    etag = (await ask()).headers["etag"]
    whole = await ask(range="bytes=2-5", if_range=validator.format(etag))
    assert (whole.status, whole.content) == (200, BODY)


async def test_a_range_begun_in_another_encoding_is_the_whole_file(ask: Ask) -> None:
    etag = (await ask()).headers["etag"]
    whole = await ask(range="bytes=2-5", if_range=etag, accept_encoding="br")
    assert (whole.status, whole.content) == (200, BROTLI)


async def test_head_has_no_range(ask: Ask) -> None:
    answer = await ask("HEAD", range="bytes=2-5")
    assert (answer.status, answer.headers["content-length"]) == (200, str(len(BODY)))


async def test_other_methods_are_not_allowed(ask: Ask) -> None:
    assert (await ask("POST", if_none_match="*")).status == 405


@pytest.mark.parametrize(
    "value",
    ["bytes=-0", "bytes=--5", "bytes=1_0-2_0", "bytes=+1-5", "bytes=1 - 5", "bytes=0-0,2-3", "bytes=", "rows=0-3"],
)
async def test_what_is_no_range_is_ignored(ask: Ask, value: str) -> None:
    assert await ask(range=value) == await ask()


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=-1", 759, 759), ("bytes=-9999", 0, 759), ("bytes=7-", 7, 759)],
)
async def test_one_range_is_answered(ask: Ask, value: str, first: int, last: int) -> None:
    part = await ask(range=value)
    assert (part.status, part.content) == (206, BODY[first : last + 1])
    assert part.headers["content-range"] == f"bytes {first}-{last}/{len(BODY)}"


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (416, {"range": "bytes=760-"}),
        (416, {"range": "bytes=9-2"}),
        (412, {"if_match": '"other"'}),
        (412, {"if_unmodified_since": "Wed, 31 Dec 2025 23:59:59 GMT", "accept_encoding": "br"}),
        (405, {"method": "DELETE"}),
    ],
)
async def test_no_cache_stores_an_error(ask: Ask, status: int, headers: dict[str, str]) -> None:
    """RFC 9111, 3: with `public` or `max-age` a cache might send it to everybody who wants the file."""
    error = await ask(**headers)
    assert (error.status, error.headers.get("cache-control")) == (status, None)
    assert "cache-control" in (await ask()).headers
