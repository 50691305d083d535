"""Whatever is asked, there is an answer."""

from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import BlogPostPageFactory
from tests.search.test_results import write

STRANGE = [
    "", " ", '"', "'", "''", '"""', "*", "galley*", "-galley", "NOT galley", "galley NEAR proof", "AND", "OR OR",
    "title:x", "{title}: x", "^x", "(", ")))", "a:b:c", "\x00", "gal\x00ley", "\\", "%", "_", "&|!<->", "'':*", "𝔤𝔞𝔩",
    "²", "½ Ⅷ", "\u200b\u200d", "\u0301", "İı", "ﬁ", "ß", "👩‍🚀", "אב", "\ufeff", "\uffff",
    "x" * 10_000, "word " * 2_000, '"' * 10_000, "galley " + "é" * 300,
]  # fmt: skip


@pytest.fixture
def ask(small_site, asgi_get):
    BlogPostPageFactory(parent=small_site.blog, title="Galley", body=write("A galley. x ² ß fi"))

    def get(raw: bytes) -> int:
        asked = quote_from_bytes(raw)
        return asgi_get(f"/search/?q={asked}&type={asked}&tag={asked}&year={asked}&page={asked}").status_code

    return get


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
@pytest.mark.by_day(0, 7, 11, 18, 24, 38)
def test_strange_texts(ask, asgi_get, text: str) -> None:
    assert ask(text.encode()) == 200
    assert asgi_get("/search/", {"q": text}).status_code == 200


def test_what_is_no_utf8(ask) -> None:
    assert {ask(raw) for raw in (b"\xff", b"\xed\xa0\x80", b"galley\xc3", b"\xf8\xa1\xa1\xa1\xa1")} == {200}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=300).map(lambda text: text.encode()), st.binary(max_size=300)))
def test_any_text(ask, raw: bytes) -> None:
    assert ask(raw) == 200


def test_what_was_asked_is_escaped(asgi_get, small_site) -> None:
    html = asgi_get("/search/", {"q": '"><script>alert(1)</script>', "tag": '"><script>alert(2)'}).content.decode()
    assert "<script>alert" not in html


def test_a_long_text_is_told_what_was_looked_for(asgi_get, small_site) -> None:
    assert "first 255 characters" in asgi_get("/search/", {"q": "galley " * 100}).content.decode()


def test_marks_alone_are_told_from_words_that_are_not_there(asgi_get, small_site) -> None:
    assert "no word" in asgi_get("/search/", {"q": "?!"}).content.decode()
    assert "check the spelling" in asgi_get("/search/", {"q": "galllley"}).content.decode()
