"""A text rendered in chunks is the text rendered at one go."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from cachetools import LRUCache
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from galley.markdown import incremental
from galley.markdown.incremental import MAX_CHUNK_LENGTH, MAX_CHUNKS, render_incrementally, split_into_chunks
from galley.markdown.parser import MAX_TABLE_TOKENS, parser
from galley.markdown.rendering import render_markdown, render_whole
from galley.markdown.sanitising import sanitise
from tests.galley.markdown.markdown_texts import ARTICLES, BLOCKS, BREAKS, NOISE
from tests.real_blogs import REAL_BLOGS, needs_real_blogs


@pytest.fixture(autouse=True)
def empty_caches() -> None:
    incremental.read_chunk.cache_clear()
    incremental.rendered_cache.clear()
    incremental.sanitise_closed.cache_clear()


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the parser is given to parse."""
    texts: list[str] = []
    parse = parser.parse
    monkeypatch.setattr(parser, "parse", lambda text, env: texts.append(text) or parse(text, env))
    return texts


def assert_equal(text: str, name: str = "") -> None:
    encodable = text.encode(errors="replace").decode()
    whole = render_whole(encodable, name)
    assert (render_incrementally(encodable, name) or whole) == whole


@given(ARTICLES, BLOCKS, BREAKS, st.data())
def test_an_article_is_equal_before_and_after_an_edit(text: str, block: str, ending: str, data: st.DataObject) -> None:
    assert_equal(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 10)))
    assert_equal(text[:start] + block + ending + text[end:])


@given(NOISE)
def test_noise_is_equal(text: str) -> None:
    assert_equal(text, "name")


@needs_real_blogs
@pytest.mark.parametrize("step", [25, pytest.param(1, marks=pytest.mark.nightly)], ids=["some", "all"])
@pytest.mark.parametrize("blog", ["18f", "rust-blog"])
def test_every_real_text_is_equal_before_and_after_an_edit(blog: str, step: int) -> None:
    files = sorted((REAL_BLOGS / blog).rglob("*.md"))
    assert len(files) > 300
    for number, file in enumerate(files[::step]):
        text = file.read_bytes().decode(errors="replace")
        middle = len(text) // 2
        assert_equal(text)
        assert_equal(text[:middle] + ("x", "\n\n", "```\n", "<b>", "[^1]")[number % 5] + text[middle:])


@pytest.mark.parametrize(
    ("text", "cuts"),
    [
        ("a\n\nb\n\nc", ["a\n\n", "b\n\n", "c"]),
        ("# a\n\n***\n\n*b*\n\n1986 was\n", ["# a\n\n", "***\n\n", "*b*\n\n", "1986 was\n"]),
        ("a\n\n\n \t\nb", ["a\n\n\n \t\n", "b"]),
        ("- a\n\n- b\n\nc\n\nd", ["- a\n\n- b\n\n", "c\n\n", "d"]),
        ("```\na\n\nb\n```\n\nc\n\nd", ["```\na\n\nb\n```\n\n", "c\n\n", "d"]),
        ("<!-- a\n\nbbb -->\n\nc", ["<!-- a\n\nbbb -->\n\n", "c"]),
        ("<div>\n\na\n\n</div>\n\nb", ["<div>\n\n", "a\n\n", "</div>\n\n", "b"]),
        (
            "Term\n: a\n\nOther\n: b\n\nwords that close the list\n\nd",
            ["Term\n: a\n\nOther\n: b\n\nwords that close the list\n\n", "d"],
        ),
        ("Term\n\n: a\n\n[^1]: b\n\n    c\n\nd", ["Term\n\n: a\n\n[^1]: b\n\n    c\n\n", "d"]),
        ("", []),
    ],
)
def test_it_cuts_where_blocks_have_ended(text: str, cuts: list[str]) -> None:
    assert [chunk.text for chunk in split_into_chunks(text) or []] == cuts


def test_a_changed_paragraph_is_all_that_is_parsed_again(parsed: list[str]) -> None:
    before = "# Title\n\nFirst, [a link][home].\n\nSecond.\n\n## Part\n\nA note.[^1]\n\n[^1]: Note.\n\n[home]: /\n"
    render_markdown(before)
    assert len(parsed) > 5
    parsed.clear()
    html = render_markdown(before.replace("Second.", "Second, changed."))
    assert parsed == ["Second, changed.\n\n"]
    assert "<p>Second, changed.</p>" in html


def test_a_definition_that_changes_reaches_the_links_above_it() -> None:
    text = "[a link][home]\n\nwords\n\n[home]: /{}\n"
    assert 'href="/old"' in render_markdown(text.format("old"))
    assert 'href="/new"' in render_markdown(text.format("new"))


def test_a_heading_of_the_first_level_lowers_those_in_other_chunks() -> None:
    assert '<h2 id="part">' in render_markdown("words\n\n## Part\n")
    assert '<h3 id="part">' in render_markdown("# words\n\n## Part\n")


def test_a_heading_taken_by_another_chunk_gets_a_number() -> None:
    assert 'id="part"' in render_markdown("words\n\n## Part\n")
    assert 'id="part-2"' in render_markdown("## Part\n\nwords\n\n## Part\n")


def test_footnotes_are_numbered_through_all_chunks() -> None:
    html = render_markdown("a[^x]\n\nb\n\nc[^y] d[^x]\n\n[^y]: Y\n\n[^x]: X\n")
    assert [piece.split("]")[0] for piece in html.split(">[")[1:]] == ["1", "2", "1:1"]


@pytest.mark.parametrize(
    "text", ["## A\n[^1]: > # B\n", "[^1]: > [^2]: a\n>\n> b\n", "[^1]: a\n\nb\n\n[^1]: - [^1]: c\n"]
)
def test_a_footnote_that_hides_part_of_the_text_is_rendered_whole(text: str) -> None:
    assert render_incrementally(text) is None


def test_what_an_author_leaves_open_is_sanitised_with_what_follows() -> None:
    assert render_markdown("<b>\n\nbold\n\nwords\n") == render_whole("<b>\n\nbold\n\nwords\n")
    assert "words" not in render_markdown("<script>\n\nbold\n\nwords\n")


@pytest.mark.parametrize(
    "opening",
    ["<b>", "<div>", "<p>", "<table>", "<li>", "<a href='/b'>", "<!-- ", "<a title='", "<math><mtext>", "<nobr>",
     "<svg>", "<button>", "<select>", "<x-y>", "<![CDATA[", "<details><summary>"],
)  # fmt: skip
def test_what_an_element_left_open_holds_is_sanitised_with_it(opening: str) -> None:
    text = f"a {opening}b\n\n<u>c</u>\n\n{opening}\n\n> </nobr><p>d\n\n<tbody>\n\n<a>\n<dt></button></b>e\n"
    assert render_incrementally(text) == render_whole(text)


def test_closed_html_is_sanitised_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "".join(f"word {number}\n\n" for number in range(200))
    text = f"<details><summary>a</summary>\n\nb <kbd>c</kbd>\n\n</details>\n\n{words}"
    render_markdown(text)
    sanitised = []
    monkeypatch.setattr("galley.markdown.incremental.sanitise", lambda html: sanitised.append(html) or sanitise(html))
    assert render_incrementally(text + "new\n") == render_whole(text + "new\n")
    assert sum(map(len, sanitised)) < 500


def test_what_is_too_much_for_chunks_is_rendered_whole() -> None:
    assert render_incrementally("a\n\n" * (MAX_CHUNKS + 2)) is None
    wide = "|a" * 200 + "|\n" + "|-" * 200 + "|\n" + "|a\n" * 60 + "\n"
    assert render_incrementally("a\n\n" + wide) is not None
    assert render_incrementally(wide * 3) is None
    assert MAX_TABLE_TOKENS < 3 * 60 * 400
    assert split_into_chunks("a\n\n" + "b\n" * (MAX_CHUNK_LENGTH // 2 - 1)) is not None
    assert split_into_chunks("a\n\n" + "b\n" * (MAX_CHUNK_LENGTH // 2 + 1)) is None


def test_a_text_that_cannot_be_split_is_parsed_once() -> None:
    assert render_incrementally("# a\n- b\n- c\n") is None


def test_a_table_beyond_the_bound_ends_where_it_does_in_the_whole_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("parser", "incremental"):
        monkeypatch.setattr(f"galley.markdown.{module}.MAX_TABLE_TOKENS", 300)
    text = "a\n\n" + "|a|b|\n|-|-|\n" + "|c|*d*|\n" * 50 + "\n|e|\n|-|\n|f|\n"
    html = render_incrementally(text) or render_whole(text)
    assert html == render_whole(text)
    assert 20 < html.count("<tr>") < 50
    assert html.count("<em>d</em>") == 50
    assert "|f|" in html  # no table after the bound


def test_the_caches_stay_within_their_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered_cache = LRUCache(20_000, getsizeof=incremental.rendered_cache.getsizeof)
    chunk_cache = LRUCache(20_000, getsizeof=incremental.read_chunk.cache.getsizeof)
    sanitised_cache = LRUCache(20_000, getsizeof=incremental.sanitise_closed.cache.getsizeof)
    monkeypatch.setattr(incremental, "rendered_cache", rendered_cache)
    monkeypatch.setattr(incremental.read_chunk, "cache", chunk_cache)
    monkeypatch.setattr(incremental.sanitise_closed, "cache", sanitised_cache)
    for number in range(200):
        render_incrementally(f"words {number}\n\n<b>more {number}</b>\n")
    for cache in (rendered_cache, chunk_cache, sanitised_cache):
        assert 0 < len(cache) < 100
        assert cache.currsize <= 20_000


def test_raw_html_that_stays_is_sanitised_once_in_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = '<b>a</b> <a href="https://example.org/">here</a>'
    sanitised: list[str] = []
    monkeypatch.setattr(incremental, "sanitise", lambda html: sanitised.append(html) or sanitise(html))
    for language in ("en", "de", "en", "de"):
        with override(language):
            text = f"{raw}\n\nb {len(sanitised)}\n"
            assert render_incrementally(text) == render_whole(text)
    assert sum("<b>a</b>" in html for html in sanitised) == 2


def test_threads_that_meet_in_the_caches_get_what_they_asked_for() -> None:
    text = "# Title\n\n[one][a] {}\n\n## Title\n\nx[^1]\n\n[^1]: y\n\n[a]: /{}"
    texts = [text.format(number % 7, number % 5) for number in range(70)]
    expected = [render_whole(text) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(render_incrementally, texts)) == expected
