"""Texts made to be slow, deep or large."""

import sys
from collections.abc import Callable

import pytest

from galley.markdown import highlight_code, render_markdown
from galley.markdown.incremental import read_chunk, render_incrementally, rendered_cache
from galley.markdown.parser import MAX_TABLE_TOKENS, make_parser
from galley.markdown.rendering import MAX_LENGTH


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
def test_the_cost_grows_with_the_length_and_no_faster(piece: str) -> None:
    parser = make_parser()
    short = count_steps(lambda: parser.render(piece * 250))
    long = count_steps(lambda: parser.render(piece * 1000))
    assert long < 8 * short + 10_000  # four times the text; a square would be sixteen times the steps


@pytest.mark.parametrize(
    "piece",
    ["a N\n\n", "```\n\na N\n\n", "~~~\nN\n\n~~~ N\n\n", "<!-- N\n\n", "<b>\n\nN\n\n", "a N\n: b\n\n", "# a\n\n",
     "- a N\n\nb\n\n", "[N]: b\n\n[N]\n\n", "[^N]: a\n\n[^N]\n\n", "a <p> N\n\n", "|a|\n|-|\n|N|\n\n", "\n   "],
)  # fmt: skip
def test_the_cost_in_chunks_grows_with_the_length_and_no_faster(piece: str) -> None:
    def count(pieces: int) -> int:
        read_chunk.cache_clear()
        rendered_cache.clear()
        text = "".join(piece.replace("N", str(number)) for number in range(pieces))
        return count_steps(lambda: render_incrementally(text))

    short = count(200)
    long = count(800)
    assert long < 8 * short + 10_000


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
    assert render_markdown("<b>never seen before") == "<p>&lt;b&gt;never seen before</p>"


def test_a_text_beyond_the_limit_is_printed_as_it_is() -> None:
    html = render_markdown("*x* " * (MAX_LENGTH // 4 + 1))
    assert "<em>" not in html
    assert "*x*" in html


def test_very_long_code_stays_plain() -> None:
    assert "<span" not in highlight_code("x = 1\n" * 20_000, "python")
    assert "<span" in highlight_code("x = 1\n", "python")
