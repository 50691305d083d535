"""Formulas: TeX to MathML, and which dollars mean them."""

import re

import pytest
from django.core.exceptions import ValidationError

from galley.markdown import InvalidFormula, convert_formula, find_formula_errors, render_formula, render_markdown
from galley.markdown.formulas import MAX_FORMULA_LENGTH, convert_or_explain
from galley.markdown.parser import parser
from home.blocks.data import FormulaBlock
from home.blocks.text import MarkdownBlock
from tests.galley.markdown.test_markdown_bounds import count_steps
from tests.real_blogs import REAL_BLOGS, needs_real_blogs


@pytest.mark.parametrize(
    ("text", "mathml"),
    [
        ("$2 + 2 = 4$", "<mn>2</mn><mo>+</mo>"),
        ("$x^2$", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("so ($a$), and $b$.", '(<math display="inline"><mrow><mi>a</mi></mrow></math>), and <math'),
        ("$$\n\\frac{a}{b}\n$$", '<math display="block"><mrow><mfrac>'),
        ("> $$ a $$", "<blockquote>\n<div"),
        (r"$\begin{pmatrix} a & b \\ c & d \end{pmatrix}$", "<mtable><mtr><mtd><mi>a</mi></mtd>"),
        ("## The area $r^2$", '<a href="#the-area" class="anchor">The area <math'),
    ],
)
def test_dollars_around_tex_are_a_formula(text: str, mathml: str) -> None:
    assert mathml in render_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10.", "from $5/$6 to $7", "US$5 or A$7", "a$b$c", "$HOME/$USER", "$ a $", r"\$a$", "`$a$`",
        "```\n$a$\n```", "$", "$$", "$$\na\n\nb\n$$", "[x](/?a=$b$)", "between $20,000 and $30,000 (or A$)",
    ],
)  # fmt: skip
def test_other_dollars_are_dollars(text: str) -> None:
    assert "<math" not in render_markdown(text)


@needs_real_blogs
@pytest.mark.nightly
def test_no_price_in_two_real_blogs_is_taken_for_a_formula() -> None:
    texts = [file.read_text(errors="replace") for file in REAL_BLOGS.rglob("*.md")]
    with_dollars = [text for text in texts if "$" in text]
    assert len(with_dollars) > 50
    for text in with_dollars:
        for token in parser.parse(text):
            for part in (token, *(token.children or [])):
                assert not part.type.startswith("math"), part.content


def test_a_display_formula_scrolls_by_keyboard_and_has_a_name() -> None:
    assert '<div class="math-scroll" role="group" tabindex="0" aria-label="Formula"><math' in render_formula("a", True)


@pytest.mark.parametrize("tex", [r"\foo{x}", r"\frac{a}", "x^", r"\left( a", "{" * 900, r"\begin{matrix} a", "a_b_c"])
def test_what_cannot_be_set_is_shown_as_it_was_written(tex: str) -> None:
    with pytest.raises(InvalidFormula):
        convert_formula(tex)
    assert render_formula(tex) == f"<code>{tex}</code>"


def test_an_invalid_formula_is_converted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    convert_or_explain.cache_clear()
    conversions = []
    monkeypatch.setattr("galley.markdown.formulas.Converter", lambda display: conversions.append(display))
    assert render_markdown("$x^$ " * 100).count("<code>x^</code>") == 100
    assert conversions == ["inline"]
    convert_or_explain.cache_clear()


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<img src=x onerror=y>}", r"\text{&lt;script&gt;x&lt;/script&gt;}", r"\href{javascript:x}{y}",
        r"\style{position:fixed}{x}", r"\class{site-header}{x}", r"\textcolor{red}{x}", "<script>x</script>",
        r"\mathbf{<b>}", r"\operatorname{x}\text{</math><script>}",
    ],
)  # fmt: skip
def test_nothing_but_mathml_comes_out(tex: str) -> None:
    html = render_formula(tex)
    assert set(re.findall(r"</?([a-z0-9]+)", html)) <= {"math", "mrow", "mi", "mo", "mn", "mtext", "mstyle", "code"}
    assert not re.search(r"<[^>]*(?:href|style|class|color|onerror)=", html)


@pytest.mark.parametrize(
    "html",
    [
        "<math><annotation-xml encoding='text/html'><b>x</b></annotation-xml></math>",
        "<math><mtext><table><mglyph><style><img src=x onerror=y></style></mglyph></table></mtext></math>",
        "<math href='javascript:x'><mi xlink:href='javascript:x' onclick='y' style='color:red'>x</mi></math>",
        "<math><maction actiontype='statusline'><mi>x</mi></maction></math>",
    ],
)
def test_mathml_of_an_authors_own_is_sanitised(html: str) -> None:
    clean = render_markdown(html)
    for harmful in ("annotation", "mglyph", "<style", "onerror=", "javascript", "onclick", "maction"):
        assert harmful not in clean


def test_definitions_that_could_grow_without_end_are_refused() -> None:
    with pytest.raises(InvalidFormula, match="newcommand"):
        convert_formula(r"\newcommand{\a}{xx}\newcommand{\b}{\a\a} \b")


def test_a_formula_has_a_longest_length() -> None:
    assert "<math" in render_formula("x" * MAX_FORMULA_LENGTH)
    assert "<math" not in render_formula("x" * (MAX_FORMULA_LENGTH + 1))


@pytest.mark.parametrize(
    "piece",
    ["x+", "{", "}", "^", "x_1", "'", r"\left(", r"\sqrt[", r"\frac", r"\begin{matrix}", r"a&b\\", r"\text{$x", "1",
     r"\operatorname{a a", r"\hbox{$\hbox{$", r"\mathchoice{a}{b}{c}{d}", r"\overbrace{", r"\not",
     r"\fcolorbox{a}{b}{$"],
)  # fmt: skip
@pytest.mark.by_day(0, 4, 8)
def test_the_cost_grows_with_the_length_and_no_faster(piece: str) -> None:
    pieces = MAX_FORMULA_LENGTH // len(piece)
    short = count_steps(lambda: render_formula(piece * (pieces // 4)))
    long = count_steps(lambda: render_formula(piece * pieces))
    assert long < 8 * short + 10_000


def test_an_author_is_told_which_formula_cannot_be_set() -> None:
    text = "Fine: $x$.\n\nA line,\nand $\\foo$ here.\n\n$$\n\\frac{a}\n$$"
    assert [error.split(":")[0] for error in find_formula_errors(text)] == ["Line 4", "Line 6"]
    with pytest.raises(ValidationError) as refused:
        MarkdownBlock().clean(text)
    assert r"Line 4: the formula “\foo” can't be set. The command \foo isn't known." in refused.value.messages[0]
    assert MarkdownBlock().clean_deferred(text) == text


def test_the_block_is_checked_when_it_is_published_and_renders_at_any_time() -> None:
    block = FormulaBlock()
    wrong = block.normalize({"tex": r"\foo", "caption": "A caption"})
    with pytest.raises(ValidationError):
        block.clean(wrong)
    assert block.clean_deferred(wrong)["tex"] == r"\foo"
    assert r"<code>\foo</code>" in block.render(wrong)
    html = block.render(block.get_preview_value())
    assert '<math display="block">' in html
    assert "<figcaption" in html
