"""Texts made to be slow, deep or large."""

import itertools
import random
import sys
from collections.abc import Callable
from unittest.mock import Mock

import nh3
import pytest
from cachetools import cached

from galley.markdown import (
    extract_text,
    find_formula_errors,
    highlight_code,
    limit_time,
    render_code,
    render_formula_block,
    render_markdown,
    rendering,
)
from galley.markdown.caching import make_html_cache
from galley.markdown.formulas import MAX_FORMULA_SIZE
from galley.markdown.incremental import read_chunk, render_incrementally, rendered_cache, sanitise_closed
from galley.markdown.parser import (
    MAX_BLOCK_TOKENS,
    MAX_BRACKETS,
    MAX_EMPHASIS_MARKS,
    MAX_PARAGRAPH_LENGTH,
    MAX_TABLE_TOKENS,
    make_parser,
)
from galley.markdown.rendering import MAX_LENGTH, render_whole
from galley.markdown.sanitising import (
    _WITHOUT_SUMMARY,
    MAX_AMPERSANDS,
    MAX_DEPTH,
    _add_summary,
    describe_vague_links,
    is_too_deep,
    sanitise,
)
from galley.markdown.time_limit import time_text
from tests.growth import count_lines


def count_steps(work: Callable[[], object]) -> int:
    """Return how many Python functions `work` calls: a measure of its cost that no busy machine changes."""
    steps = 0

    def count(frame, event, argument) -> None:
        nonlocal steps
        steps += event == "call"

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return steps


@pytest.mark.parametrize(
    "piece",
    ["[", "![](", "[](", "[a](", "[^", "[a]", "*a_ ", "~~a", "`", "<a x='", "<", "&#", "](", "**[", "> ", "- ",
     "<div>\n\n", "[a]: b\n", "a\n: ", "a  \n", "[^1]: a\n", "|a|\n|-|\n", "\\", "<!--", "    x\n\n"],
)  # fmt: skip
@pytest.mark.by_day(0, 6, 12, 14)
def test_the_cost_grows_with_the_length_and_no_faster(piece: str) -> None:
    parser = make_parser()
    short = count_steps(lambda: parser.render(piece * 100))
    long = count_steps(lambda: parser.render(piece * 400))
    assert long < 8 * short + 4_000  # four times the text; a square would be sixteen times the steps


@pytest.mark.parametrize(
    "piece",
    ["a N\n\n", "```\n\na N\n\n", "~~~\nN\n\n~~~ N\n\n", "<!-- N\n\n", "<b>\n\nN\n\n", "a N\n: b\n\n", "# a\n\n",
     "- a N\n\nb\n\n", "[N]: b\n\n[N]\n\n", "[^N]: a\n\n[^N]\n\n", "a <p> N\n\n", "|a|\n|-|\n|N|\n\n", "\n   "],
)  # fmt: skip
@pytest.mark.by_day(0, 1, 5)
def test_the_cost_in_chunks_grows_with_the_length_and_no_faster(piece: str) -> None:
    def count(pieces: int) -> int:
        read_chunk.cache_clear()
        rendered_cache.clear()
        sanitise_closed.cache_clear()
        text = "".join(piece.replace("N", str(number)) for number in range(pieces))
        return count_steps(lambda: render_incrementally(text))

    short = count(100)
    long = count(400)
    assert long < 8 * short + 4_000


@pytest.mark.parametrize(
    "text",
    ["*a_ " * 2000, "word\n\n" * 2500, "- a\n" * 2000, "[a](/b) " * 1000, "> a\n\n" * 2500,
     "```py\nx = 1\n```\n" * 1500,
     "|a|b|\n|-|-|\n" + "|c|d|\n" * 1000, "# a\n" * 2000, "$a$ " * 1500, "a\n: b\n\n" * 1000, "<b>a</b> " * 1500],
)  # fmt: skip
@pytest.mark.by_day(0, 5)
def test_a_text_of_a_draft_that_takes_too_long_is_printed_with_a_note(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = itertools.count()
    with monkeypatch.context() as patch, limit_time():
        patch.setattr("galley.markdown.time_limit.thread_time", lambda: next(readings) / 1000)
        html = render_markdown(text)
    assert html.startswith('<div data-preview-note="A Markdown text takes too long to format.')
    assert next(readings) < 850
    # What is published has no limit, and another attempt may succeed.
    assert "data-preview-note" not in render_markdown(text)


def test_marks_of_emphasis_beyond_the_bound_are_printed() -> None:
    text = "*a* " * MAX_EMPHASIS_MARKS
    html = render_markdown(text)
    assert html.startswith("<p><em>a</em> ")
    assert html.endswith(" *a*</p>\n")
    assert html.count("<em>") == MAX_EMPHASIS_MARKS / 2
    assert html == render_whole(text)


@pytest.mark.parametrize(
    ("piece", "tokens"), [("a *b*\n\n", 3), ("- a *b*\n", 5), ("# a *b*\n\n", 3), ("> a *b*\n\n", 5)]
)
def test_blocks_beyond_the_bound_are_printed(piece: str, tokens: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_BLOCK_TOKENS == 30_000
    for module in ("parser", "incremental"):
        monkeypatch.setattr(f"galley.markdown.{module}.MAX_BLOCK_TOKENS", 600)
    text = piece * (600 // tokens + 5) + "*last*"
    html = render_incrementally(text) or render_whole(text)
    assert html.startswith(render_whole(piece)[:4])
    assert "<em>" in html
    assert "*last*" in html
    assert "last" in extract_text(text)
    assert "*" not in render_whole(piece * 100)


@pytest.mark.parametrize(
    ("piece", "line"),
    [("a $N$ b\n\n", 19), ("$$N$$\n\n", 19), ("a $N$ b\n", 10), ("- $N$\n", 10), ("[^N]: $N$\n\na[^N]\n\n", 37)],
)
def test_formulas_beyond_the_bound_are_printed(piece: str, line: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_FORMULA_SIZE == 40_000
    for module in ("formulas", "incremental"):
        monkeypatch.setattr(f"galley.markdown.{module}.MAX_FORMULA_SIZE", 70)

    def make(count: int) -> str:
        return "".join(piece.replace("N", str(number)) for number in range(10, 10 + count))

    html = render_incrementally(make(15)) or render_whole(make(15))
    assert html == render_whole(make(15))
    assert html.count("<math") == 10  # a formula counts as its two characters and five more
    assert html.count("$") >= 10
    [error] = find_formula_errors(make(15))
    assert error.startswith(f"Line {line}: the formulas up to here are as many as one text can have.")
    assert find_formula_errors(make(9)) == []
    assert render_whole(make(9)).count("<math") == 9


def test_a_paragraph_beyond_the_bound_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_PARAGRAPH_LENGTH == 100_000
    text = "*a* <i>b</i>\n"
    monkeypatch.setattr("galley.markdown.parser.MAX_PARAGRAPH_LENGTH", 4 * len(text))
    html = render_markdown(text * 20 + "\n*c*\n")
    assert html.count("<em>a</em> <i>b</i>") == 4
    assert html.count("*a* &lt;i&gt;b&lt;/i&gt;") == 16
    assert "<em>c</em>" in html
    assert extract_text(text * 20).endswith("*a* <i>b</i>")


def test_a_label_is_searched_for_as_long_as_it_may_be() -> None:
    parser = make_parser()
    long, longer = (count_steps(lambda lines=lines: parser.render("[" + "a\n" * lines)) for lines in (1_000, 2_000))
    lines = count_steps(lambda: parser.render("a\n" * 2_000)) - count_steps(lambda: parser.render("a\n" * 1_000))
    assert longer - long < 1.1 * lines
    for length, is_link in ((998, True), (1_000, False)):
        assert ("<a" in parser.render(f"[{'a' * length}]: /b\n\n[{'a' * length}]")) is is_link
    assert '<a href="/b">' in parser.render("[a\nb]: /b\n\n[a b]")


def test_formulas_on_lines_are_counted_before_anything_is_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("galley.markdown.incremental.parser.parse", Mock(side_effect=AssertionError))
    assert render_incrementally("a\n\n" + f"$${'x' * 1_000}$$\n\n" * 41) is None


def test_dollars_without_words_are_read_at_once() -> None:
    parser = make_parser()
    assert count_steps(lambda: parser.render("$" * 4_000)) == count_steps(lambda: parser.render("$" * 8_000))
    assert "<math" in parser.render("$$$a$")


def test_blocks_after_large_tables_are_formatted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("galley.markdown.parser.MAX_BLOCK_TOKENS", 100)
    assert "<em>b</em>" in render_whole("|a|\n|-|\n" + "|c|\n" * 100 + "\na *b*")


@pytest.mark.parametrize("piece", ["[", "!["])
def test_what_no_bracket_closes_is_tried_once(piece: str) -> None:
    """Upstream tries each of its openings on each of twenty levels."""
    parser = make_parser()
    steps = count_steps(lambda: parser.render(f"] {piece * 400}"))
    assert steps < 3 * count_steps(lambda: parser.render(f"] {'<' * 400}"))
    assert "<a" in parser.render(f"{piece}a](/b)".removeprefix("!"))


@pytest.mark.parametrize("piece", ["[", "![", "[a] ", "[a](/c) ", "![a](/c)", "[^1] "])
def test_brackets_beyond_the_bound_are_printed(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_BRACKETS == 5_000
    monkeypatch.setattr("galley.markdown.parser.MAX_BRACKETS", 60)
    parser = make_parser()
    many, note = piece * 70, "\n\n[^1]: d"
    assert "](/b)" in parser.render(f"{many}a](/b)[a](/b){note}")
    assert 'href="/b"' in parser.render(f"{piece * 10}a](/b)[a](/b){note}")
    assert 'href="/b"' in parser.render(f"{many}\n\n[a](/b){note}")


def test_a_mark_is_tried_by_the_rules_that_can_begin_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    by_mark = make_parser()
    with monkeypatch.context() as patch:
        patch.setattr("galley.markdown.parser._choose_by_mark", lambda inline: None)
        by_all = make_parser()
    marks = [
        "*",
        "_",
        "`",
        "[",
        "]",
        "!",
        "(",
        ")",
        "<",
        ">",
        "&",
        "\\",
        "$",
        "~~",
        "\n",
        "  \n",
        "a",
        " ",
        "é",
        "[^1]",
    ]
    choose = random.Random(28)
    for _ in range(200):
        text = "[^1]: a\n\n# " + "".join(choose.choices(marks, k=40)) + "&amp;<b>https://a.b"
        assert by_mark.render(text) == by_all.render(text)
    text = "[" + "&" * 400 + "](a)"
    assert count_steps(lambda: by_mark.render(text)) < 0.7 * count_steps(lambda: by_all.render(text))


def test_lines_are_searched_for_an_underline_only_if_there_is_one() -> None:
    parser = make_parser()
    steps = count_steps(lambda: parser.render("a\n" * 400))
    assert steps < 0.75 * count_steps(lambda: parser.render("a\n" * 400 + "\n---\n"))
    for text in ("a\n===", "> a\n> ---  ", "- a\n  =", "> - a\n>   -", "1. a\n\n   b\n   --"):
        assert "<h" in parser.render(text)


def test_many_ampersands_are_sanitised_in_linear_time() -> None:
    """With 800,000, nh3 took eight seconds, with the interpreter held."""
    count = MAX_AMPERSANDS + 1
    for text in (f"<b>{'&' * count}&lt;&#38;&amp;amp;</b>", f'\ue000<b title="{"&amp;" * count}">x</b>'):
        assert sanitise(text) == nh3.clean(text)
    assert sanitise("&" * 800_000) == "&amp;" * 800_000


@pytest.mark.nightly
def test_wide_tables_do_not_fill_up_without_end() -> None:
    wide = "|a" * 200 + "|\n" + "|-" * 200 + "|\n" + "|a\n" * 150 + "\n"
    tokens = make_parser().parse(wide * 20)
    assert len(tokens) < 3 * MAX_TABLE_TOKENS


@pytest.mark.parametrize(
    "text", [">" * 1000 + " deep", "> " * 5000, "- " * 1000 + "deep", "<div>" * 20_000, "*" * 20_000]
)
def test_depth_never_raises(text: str) -> None:
    assert isinstance(render_markdown(text), str)


def test_a_text_that_breaks_the_parser_is_printed_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str, env: object) -> str:
        raise RecursionError

    monkeypatch.setattr("galley.markdown.parser.parser.parse", fail)
    html = render_markdown("<b>never seen before")
    assert html.startswith('<div data-preview-note="A Markdown text is too long, or too deeply nested')
    assert html.endswith("<p>&lt;b&gt;never seen before</p></div>")


def test_a_text_beyond_the_limit_is_printed_as_it_is() -> None:
    html = render_markdown("*x* " * (MAX_LENGTH // 4 + 1))
    assert "<em>" not in html
    assert "*x*" in html


def test_very_long_code_stays_plain() -> None:
    assert "<span" not in highlight_code("x = 1\n" * 20_000, "python")
    assert "<span" in highlight_code("x = 1\n", "python")


@pytest.mark.parametrize(
    "piece",
    ["[^a", "[^a[", "![^", "- $$a\n", "# a\n$$a\n", "> - $$a\n", "1. $$ a\n"],
    ids=repr,
)  # fmt: skip
@pytest.mark.by_day(0, 3)
def test_what_never_closes_is_not_searched_again_from_each_opening(piece: str) -> None:
    """Upstream's searches call no function that could be counted, so the lines and characters that they read are."""
    parser = make_parser()

    def count(pieces: int) -> int:
        return count_lines(lambda: parser.render("[^1]: a\n\n" + piece * pieces))

    assert count(400) < 6 * count(100)  # four times the text; a square would be sixteen times the lines


def test_a_host_as_long_as_a_text_is_read_once() -> None:
    """This took minutes, with the interpreter held: the suite's time limit would end it."""
    link = f'<a href="https://{"a" * 190_000}">here</a>'
    assert describe_vague_links(link).endswith("</span></a>")
    unknown = link.replace("here", "where")
    assert describe_vague_links(unknown) == unknown


def test_summaries_that_never_close_are_read_once() -> None:
    html = "<details>x</summary>" + "<summary>" * 20_000
    assert _WITHOUT_SUMMARY.sub(_add_summary, html).startswith("<details><summary>More</summary>x")
    moved = _WITHOUT_SUMMARY.sub(_add_summary, "<details>x<summary>a</summary>y</details>")
    assert moved == "<details><summary>a</summary>xy</details>"


@pytest.mark.parametrize("opening", ["<summary>", "<div>", "<details>x<summary>", "<ul><li>", "<b><i>", "<h2><div>"])
@pytest.mark.by_day(1)
def test_elements_nested_very_deeply_are_printed_as_they_are(opening: str) -> None:
    """The sanitiser's time is a square of the depth, and holds the interpreter."""
    count = 2 * MAX_DEPTH
    deep = opening * count + "</div>" * count
    assert "<p>&lt;" in render_markdown(deep)
    assert "&lt;" not in render_markdown("<b>a</b><br> " * MAX_DEPTH)


@pytest.mark.parametrize(
    ("html", "is_deep"),
    [
        ("<div></b>", True),  # an end tag of another element closes nothing
        ("<DIV x>", True),
        ("<table><tr><td>", True),
        ("<div></div>", False),
        ("<div></DIV>", False),
        ("<p>a<li>b<br/>", False),  # each ends where the next begins
        ("<pre></pre>", False),
    ],
)
def test_only_elements_that_stay_open_count_for_the_depth(html: str, is_deep: bool) -> None:
    assert is_too_deep(html * (MAX_DEPTH + 1)) == is_deep
    assert is_too_deep("</div>" * 2 * MAX_DEPTH + html * (MAX_DEPTH + 1)) == is_deep
    assert not is_too_deep(html * 100)


def test_a_long_run_of_combining_marks_is_not_sorted_for_a_name() -> None:
    marks = "\u0301\u0316" * 90_000
    assert "<h2" in render_markdown(f"## a{marks}")
    assert "<table" in render_markdown(f"|a{marks}|\n|-|\n")


def test_an_unknown_language_is_not_searched_in_the_installed_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pygments.plugin.iter_entry_points", lambda group: pytest.fail("searched for a plugin"))
    assert render_markdown("```never-heard-of-it\na\n```")
    assert 'class="k' in render_markdown("```Python\nimport os\n```")


def test_formulas_after_lines_without_one_are_still_found() -> None:
    assert render_markdown("- $$a\n- $$b\n\n$$\nx\n$$\n").count("<math") == 1
    assert render_markdown("$$a\n# b\n\n$$x$$\n").count("<math") == 1
    assert 'class="footnote-ref"' in render_markdown(f"a[^{'n' * 200}]\n\n[^{'n' * 200}]: b")


CODE = 'int main() { return 0; } // "a" /* b */\n' * 200


def test_code_that_takes_too_long_to_colour_is_printed_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "<span" in highlight_code(f"{CODE}// in time", "c")
    readings = itertools.count()
    monkeypatch.setattr("galley.markdown.time_limit.thread_time", lambda: next(readings) / 1000)
    assert "<span" not in highlight_code(CODE, "c")
    # All code of a published text has that time together, and each text has its own.
    code = ["```c\n" + f'int a{number} = "b";\n' * 10 + "```\n\n" for number in range(30)]
    html = render_whole_in_time("".join(code))
    assert 'class="k' in html.partition("</code>")[0]
    assert 'class="k' not in html.rpartition("<code>")[2]
    assert render_whole_in_time(code[0]) == html.partition("</figure>\n")[0] + "</figure>\n"


def render_whole_in_time(text: str) -> str:
    with time_text():
        return render_whole(text)


def test_code_of_a_draft_that_takes_too_long_ends_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = itertools.count()
    with monkeypatch.context() as patch, limit_time():
        patch.setattr("galley.markdown.time_limit.thread_time", lambda: next(readings) / 1000)
        html = render_markdown(f"```c\n{CODE}// never seen before\n```")
    assert html.startswith('<div data-preview-note="A Markdown text takes too long to format.')
    assert next(readings) < 850


@pytest.mark.parametrize(
    ("render", "is_formatted", "readings_a_second"),
    [
        (lambda number: render_code(f'int a = "{number}";', "c"), lambda html: "<span class" in html, 400),
        (lambda number: render_formula_block(f"a_{number}"), lambda html: "<math" in html, 40),
        (lambda number: render_markdown(f"*a{number}* b"), lambda html: "<em>" in html, 400),
    ],
    ids=["code", "formulas", "Markdown"],
)
def test_the_texts_of_a_draft_have_limited_time_together(
    render, is_formatted, readings_a_second: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = itertools.count()

    def render_draft() -> list[str]:
        with limit_time():
            return [render(number) for number in range(40)]

    with monkeypatch.context() as patch:
        patch.setattr("galley.markdown.time_limit.thread_time", lambda: next(readings) / readings_a_second)
        first = render_draft()
        second = render_draft()
    assert is_formatted(first[0])
    assert "data-preview-note" in first[-1]
    # What was formatted in time is cached, so the next rendering goes further.
    assert sum(map(is_formatted, first)) < sum(map(is_formatted, second))
    # What is published has no such limit.
    assert all(is_formatted(render(number)) for number in range(40))


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("easytrieve", "\t" * 2_000),  # its lexer never ended, with the interpreter held
        ("jlcon", "\t" * 49_000),
        ("matlab", "\n" * 49_000),
        ("devicetree", "a" * 49_000),
        ("html+ng2", "(" * 49_000),
    ],
)
def test_code_on_which_a_lexer_would_hold_the_interpreter_is_printed_plain(language: str, code: str) -> None:
    """Each took minutes: the suite's time limit would end it."""
    assert highlight_code(code, language) == code


def test_texts_in_which_no_mark_can_begin_are_not_searched_for_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = make_parser()
    text = "# a\n\nb\n\n|c|d|\n|-|-|\n|e||\n"
    expected = parser.render(text)
    monkeypatch.setattr(parser.inline, "parse", lambda *arguments: pytest.fail("searched"))
    assert parser.render(text) == expected


def test_what_is_typed_leaves_the_cache_of_published_texts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key makes another text. A short one takes more room for its key and its places than for itself."""
    drafts = make_html_cache(20_000)
    rendered: list[str] = []
    published = dict(rendering.render_published.cache)
    monkeypatch.setattr(rendering, "render_draft", cached(drafts, key=rendering._hash_text)(rendering._render))
    with limit_time():
        for number in range(100):
            rendered.append(rendering.render_unresolved(f"Word {number}", ""))
        assert rendering.render_unresolved("Word 99", "") is rendered[-1]
    assert 20 < len(drafts) < 40
    assert dict(rendering.render_published.cache) == published


def test_a_cache_of_short_texts_holds_no_more_than_their_number() -> None:
    published = make_html_cache(1024 * 1024, max_texts=50)
    for number in range(100):
        published[number] = f"<p>Word {number}</p>"
    assert list(published) == list(range(50, 100))
    published["long"] = "x" * 500_000
    assert len(published) < 30
