"""What is kept, what isn't, and under which key."""

import pytest

from galley.page_cache.cacheability import MAX_AGE_SECONDS, MAX_BODY_BYTES, read_headers, seconds_fresh
from tests.galley.page_cache.press import PUBLIC, Press


@pytest.mark.parametrize(
    "answer",
    [
        {"cache_control": None},
        {"cache_control": "max-age=600"},
        {"cache_control": "private"},
        {"cache_control": "public, private"},
        {"cache_control": "public, no-store"},
        {"cache_control": 'public, no-cache="set-cookie"'},
        {"set_cookie": "csrftoken=x"},
        {"content_encoding": "gzip"},
        {"content_length": None},
        {"vary": "User-Agent"},
        {"vary": "Cookie, Accept-Language"},
        {"vary": "*"},
        {"status": 404},
        {"status": 500},
        {"status": 301},
        {"status": 206},
    ],
    ids=str,
)
def test_what_is_not_everybodys_is_never_kept(cached, answer: dict) -> None:
    press = Press(**answer)
    visitor = cached(press)
    answers = [visitor.get("/"), visitor.get("/"), visitor.get("/")]
    assert {(answer.status, answer.body) for answer in answers} == {(press.status, press.text.encode())}
    assert not any(answer.is_hit or answer.is_stored for answer in answers)
    assert press.times_asked >= 3
    assert not visitor.app.store.entries


def test_what_is_too_large_is_sent_and_not_kept(cached) -> None:
    press = Press(text="x" * (MAX_BODY_BYTES + 1))
    visitor = cached(press)
    assert len(visitor.get("/").body) == len(visitor.get("/").body) == MAX_BODY_BYTES + 1
    assert not visitor.app.store.entries


def test_a_body_that_is_not_what_was_announced_is_not_kept(cached) -> None:
    press = Press(content_length="5")
    visitor = cached(press)
    visitor.get("/")
    assert not visitor.app.store.entries


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_go_to_the_application(cached, method: str) -> None:
    press = Press()
    visitor = cached(press)
    visitor.get("/")
    assert visitor.ask("/", method).cache_status == "galley; fwd=method"
    assert press.requests[-1]["method"] == method


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": "sessionid=abc"},
        {"cookie": "csrftoken=x; sessionid=abc"},
        {"cookie": "csrftoken=x;messages=abc"},
        {"cookie": "django_language=de"},
        {"cookie": "something=else; sessionid=abc"},
        {"authorization": "Basic eDp4"},
    ],
    ids=str,
)
def test_who_is_somebody_is_answered_by_the_application(cached, headers: dict) -> None:
    press = Press()
    visitor = cached(press)
    own = visitor.get("/", **headers)
    assert not visitor.app.store.entries
    visitor.get("/")
    again = visitor.get("/", **headers)
    assert own.cache_status == again.cache_status == "galley; fwd=bypass"
    assert press.times_asked == 3
    name, value = next(iter(headers.items()))
    assert (name.encode(), value.encode()) in press.requests[-1]["headers"]


def test_a_csrf_cookie_alone_makes_nobody_somebody(cached) -> None:
    press = Press()
    visitor = cached(press)
    assert visitor.get("/", cookie="csrftoken=abc").is_stored
    assert visitor.get("/").is_hit
    assert visitor.get("/", cookie="csrftoken=def").is_hit
    assert press.times_asked == 1


# What other programs on the host, statistics and banners set.
FOREIGN_COOKIES = [
    "_ga=GA1.1.1; _fbp=fb.1; cookieconsent_status=dismiss",
    "sessionid_old=x; SESSIONID=x; messages2=a",
    "a=sessionid=1,sessionid=2",
    "=x; ;",
    "x=\xe9" + "y" * 8_000,
]


@pytest.mark.parametrize("cookies", FOREIGN_COOKIES)
def test_cookies_of_others_switch_nothing_off(cached, cookies: str) -> None:
    press = Press()
    visitor = cached(press)
    assert visitor.get("/", cookie=cookies).is_stored
    assert visitor.get("/").is_hit
    hit = visitor.get("/", cookie=cookies)
    assert hit.is_hit
    assert visitor.get("/", cookie=cookies, if_none_match=hit.headers["etag"]).status == 304
    assert visitor.ask("/", "HEAD", cookie=cookies).is_hit
    assert press.times_asked == 1


@pytest.mark.parametrize(
    ("cookies", "is_hit"),
    [(["sessionid=abc", "_ga=x"], False), (["_ga=x", "sessionid=abc"], False), (["_ga=x", "_fbp=y"], True)],
)
def test_cookies_may_come_in_several_headers(cached, cookies: list[str], is_hit: bool) -> None:
    press = Press()
    visitor = cached(press)
    visitor.get("/")
    headers = [(b"host", b"testserver"), *((b"cookie", cookie.encode()) for cookie in cookies)]
    scope = press.requests[0] | {"headers": headers}
    assert (visitor.app.lookup(scope) is not None) is is_hit
    assert (visitor.app.rules.why_bypassed(scope, read_headers(scope)) == "") is is_hit


def test_an_answer_that_is_kept_was_made_from_its_key_alone(cached) -> None:
    press = Press()
    visitor = cached(press)
    visitor.get(
        "/?b=2&utm_source=mail&a=1",
        cookie="csrftoken=abc",
        user_agent="Mozilla",
        accept_language="de",
        referer="https://example.org",
        x_forwarded_host="evil.example",
        x_forwarded_for="10.0.0.1",
        range="bytes=0-1",
        if_none_match='"x"',
        accept_encoding="br",
        hx_request="true",
    )
    (scope,) = press.requests
    assert sorted(scope["headers"]) == [(b"host", b"testserver"), (b"hx-request", b"true")]
    assert scope["query_string"] == b"a=1&b=2"
    assert scope["client"] is None


def test_an_answer_that_is_not_kept_is_made_from_the_whole_request(cached) -> None:
    press = Press(cache_control="private")
    visitor = cached(press)
    visitor.get("/", cookie="csrftoken=abc", user_agent="Mozilla")
    assert (b"cookie", b"csrftoken=abc") in press.requests[-1]["headers"]
    assert (b"user-agent", b"Mozilla") in press.requests[-1]["headers"]
    assert press.requests[-1]["client"] == ("127.0.0.1", 1)


def test_an_answer_that_depends_on_a_header_is_made_with_it(cached) -> None:
    press = Press(vary="Accept-Language", status=302)
    visitor = cached(press)
    visitor.get("/", accept_language="de")
    assert (b"accept-language", b"de") in press.requests[-1]["headers"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/?a=1&b=2", "/?b=2&a=1", True),
        ("/?a=1", "/?a=1&utm_source=x&fbclid=y", True),
        ("/?a=1", "/?gad_source=1&a=1&srsltid=x&_gl=1*1", True),
        ("/", "/?UTM=x", False),
        ("/", "/?utm_campaign=x", True),
        ("/?a", "/?a=", True),
        ("/?a=1&a=2", "/?a=2&a=1", False),
        ("/?a=1", "/?a=2", False),
        ("/?a=1", "/?A=1", False),
        ("/a/", "/b/", False),
        ("/?tag=%C3%A9", "/?tag=%E9", False),
    ],
)
def test_one_page_has_one_key(cached, one: str, other: str, same: bool) -> None:
    visitor = cached(Press())
    visitor.get(one)
    assert visitor.get(other).is_hit is same


@pytest.mark.parametrize("header", [{"host": "other.example"}, {"hx_request": "true"}])
def test_what_a_page_may_depend_on_is_part_of_its_key(cached, header: dict) -> None:
    visitor = cached(Press())
    visitor.get("/")
    assert not visitor.get("/", **header).is_hit
    assert visitor.get("/", **header).is_hit


def test_behind_a_proxy_http_and_https_are_kept_apart(cached, settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    press = Press()
    visitor = cached(press)
    visitor.get("/", x_forwarded_proto="http")
    assert not visitor.get("/", x_forwarded_proto="https").is_hit
    assert (b"x-forwarded-proto", b"https") in press.requests[-1]["headers"]


@pytest.mark.parametrize(
    "url", ["/?q=" + "x" * 1_001, "/admin/", "/preview/shared/x/", "/static/x.css", "/media/x.png"]
)
def test_some_addresses_are_never_kept(cached, url: str) -> None:
    press = Press()
    visitor = cached(press)
    visitor.get(url, user_agent="Mozilla")
    visitor.get(url, user_agent="Mozilla")
    assert press.times_asked == 2
    assert (b"user-agent", b"Mozilla") in press.requests[0]["headers"]


def test_a_get_with_a_body_goes_to_the_application(cached) -> None:
    visitor = cached(Press())
    visitor.get("/")
    visitor.app.tracker.invalidate()
    assert visitor.ask("/", body=b"x", content_length="1").cache_status == "galley; fwd=bypass"


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        (PUBLIC, MAX_AGE_SECONDS),
        ("public", MAX_AGE_SECONDS),
        ("public, max-age=60", 60),
        ("public, max-age=60, s-maxage=30", 30),
        ("public, s-maxage=31536000", MAX_AGE_SECONDS),
    ],
)
def test_an_answer_says_itself_how_long_it_keeps(cache_control: str, seconds: int) -> None:
    assert seconds_fresh({b"cache-control": cache_control.encode()}) == seconds


@pytest.mark.parametrize(
    "cookie", ["_ga=x", "a=b; _gid=1", "csrftoken=x", "=;;", "sessionidx=1", "x=sessionid=1", "ü=1"]
)
def test_cookies_that_no_code_of_the_site_reads_change_nothing(cached, cookie: str) -> None:
    visitor = cached(Press())
    visitor.get("/")
    assert visitor.get("/", cookie=cookie).is_hit


def test_a_cookie_can_be_declared_personal(cached, settings) -> None:
    settings.PAGE_CACHE_PERSONAL_COOKIES = ["basket"]
    visitor = cached(Press())
    visitor.get("/")
    assert visitor.get("/", cookie="sessionid=x").is_hit
    assert not visitor.get("/", cookie="basket=x").is_hit
