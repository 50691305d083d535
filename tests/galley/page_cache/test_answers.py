"""What an answer from memory looks like: the same page, smaller, with what the standards ask for."""

import gzip

import brotli
import pytest

from tests.galley.page_cache.press import Press
from tests.galley.page_cache.visitors import grow_older


def test_the_second_visitor_gets_the_page_without_asking_the_application(cached) -> None:
    press = Press()
    visitor = cached(press)
    first, second = visitor.get("/"), visitor.get("/")
    assert first.body == second.body == press.text.encode()
    assert (first.status, second.status) == (200, 200)
    assert first.cache_status == "galley; fwd=uri-miss; stored"
    assert second.cache_status.startswith("galley; hit; ttl=")
    assert press.times_asked == 1


def test_it_has_the_policies_of_the_first_answer(cached) -> None:
    policies = {"content-security-policy": "default-src 'none'", "permissions-policy": "usb=()"}
    visitor = cached(Press(content_security_policy="default-src 'none'", permissions_policy="usb=()"))
    first, second = visitor.get("/"), visitor.get("/")
    assert second.is_hit
    assert policies.items() <= first.headers.items() & second.headers.items()


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("br;q=0, *", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=nonsense", None),
        ("", None),
        (None, None),
    ],
)
def test_it_comes_in_the_encoding_that_the_browser_likes_best(cached, accepted, encoding) -> None:
    press = Press()
    visitor = cached(press)
    headers = {} if accepted is None else {"accept_encoding": accepted}
    visitor.get("/")
    answer = visitor.get("/", **headers)
    assert answer.is_hit
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-length"] == str(len(answer.body))
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert decode(answer.body) == press.text.encode()
    assert "Accept-Encoding" in answer.headers["vary"]
    assert encoding is None or len(answer.body) < len(press.text) / 4


def test_what_would_not_get_smaller_is_left_as_it_is(cached) -> None:
    visitor = cached(Press(content_type="image/webp"))
    visitor.get("/")
    answer = visitor.get("/", accept_encoding="br")
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


def test_head_gets_the_headers_alone(cached) -> None:
    press = Press()
    visitor = cached(press)
    first, second, get = visitor.ask("/", "HEAD"), visitor.ask("/", "HEAD"), visitor.get("/")
    assert press.requests[0]["method"] == "GET"
    assert second.headers["content-length"] == get.headers["content-length"] == str(len(press.text))
    assert first.headers["etag"] == second.headers["etag"] == get.headers["etag"]
    assert second.is_hit
    assert first.body == second.body == b""


@pytest.mark.parametrize("seen", ["{etag}", '"x", {etag}', "{strong}", "*"])
def test_who_has_the_page_already_is_told_so(cached, seen: str) -> None:
    visitor = cached(Press(vary="Cookie"))
    etag = visitor.get("/").headers["etag"]
    assert etag.startswith('W/"')
    answer = visitor.get("/", if_none_match=seen.format(etag=etag, strong=etag[2:]), accept_encoding="br")
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == etag
    assert answer.headers["vary"] == "Cookie, Accept-Encoding"
    assert answer.headers["cache-control"] == "public, max-age=0"
    assert "content-length" not in answer.headers


@pytest.mark.parametrize("seen", ['W/"another"', "{naked}", '"{naked}-gzip"'])
def test_who_has_another_page_gets_this_one(cached, seen: str) -> None:
    visitor = cached(Press())
    naked = visitor.get("/").headers["etag"][2:].strip('"')
    assert visitor.get("/", if_none_match=seen.format(naked=naked)).status == 200


def test_another_text_has_another_etag(cached, changes) -> None:
    press = Press()
    visitor = cached(press)
    before = visitor.get("/").headers["etag"]
    press.text = "Another text."
    visitor.app.store.remove(next(iter(visitor.app.store.entries)))
    assert visitor.get("/", if_none_match=before).status == 200
    assert visitor.get("/").headers["etag"] != before


def test_it_tells_its_age(cached) -> None:
    visitor = cached(Press())
    visitor.get("/")
    assert visitor.get("/").headers["age"] == "0"
    grow_older(visitor, 5)
    assert visitor.get("/").headers["age"] == "5"


def test_headers_of_the_application_come_along(cached) -> None:
    visitor = cached(Press(x_frame_options="SAMEORIGIN", vary="HX-Request"))
    visitor.get("/")
    answer = visitor.get("/")
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["vary"] == "HX-Request, Accept-Encoding"


DATE = "Fri, 27 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_modified_since": DATE}, 304),
        ({"if_modified_since": "Fri, 27 Nov 2026 09:59:59 GMT"}, 200),
        # A post that is unpublished gives the feed an earlier date.
        ({"if_modified_since": "Sat, 28 Nov 2026 10:00:00 GMT"}, 200),
        ({"if_modified_since": "yesterday"}, 200),
        ({"if_modified_since": DATE, "if_none_match": '"other"'}, 200),
        ({"if_modified_since": "yesterday", "if_none_match": "*"}, 304),
    ],
)
def test_a_reader_that_knows_the_date_alone_is_answered_shortly(cached, headers: dict[str, str], status: int) -> None:
    """RFC 9111, 4.3.2, and RFC 9110, 13.2.2: an ETag goes before the date."""
    visitor = cached(Press(last_modified=DATE))
    visitor.get("/")
    answer = visitor.get("/", **headers)
    assert answer.is_hit
    assert (answer.status, answer.body == b"") == (status, status == 304)
