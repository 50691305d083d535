"""Files made to be slow. Each took minutes or hours, with the interpreter held: the suite's time limit would end it."""

from pathlib import Path

import pytest
from markdown_it.token import Token

from tests.growth import count_lines
from transfer import text as transfer_text
from transfer.conversion import convert_post
from transfer.image_files import ImageFinder
from transfer.readers import UnreadableFileError, make_slug
from transfer.readers.markdown import Reader
from transfer.readers.markdown.fields import interpret
from transfer.readers.markdown.front_matter import split_front_matter
from transfer.readers.markdown.generator_config import GeneratorConfig, _load_javascript
from transfer.readers.markdown.permalinks import _as_written
from transfer.references import ImportContext, URLIndex
from transfer.text import compose


def convert(folder: Path, text: str, name: str = "a.md") -> str:
    post = interpret(split_front_matter(folder / name, f"---\ntitle: a\n---\n{text}"), GeneratorConfig(folder))
    return convert_post(post, ImportContext(Reader(folder), URLIndex([post]), ImageFinder(folder))).body


@pytest.mark.parametrize(
    "text",
    [
        "</pre>" + "<!--" * 200_000,
        "{% raw %}" * 100_000,
        "{% comment %}" * 100_000,
        "{% highlight a %}" * 60_000,
        "{{< highlight a >}}" * 60_000,
        f"# a{' ' * 900_000}b",
        f"<a {'b' * 900_000}>",
    ],
    ids=lambda text: repr(text[:20]),
)
@pytest.mark.by_day(0, 5)
def test_what_never_closes_is_searched_once(tmp_path: Path, text: str) -> None:
    assert convert(tmp_path, text)


def test_html_that_is_nested_very_deeply_is_named_in_the_report(tmp_path: Path) -> None:
    """Its parser's time is a square of the depth."""
    path = tmp_path / "a.html"
    path.write_text("<title>a</title>" + "<div>" * 40_000)
    with pytest.raises(UnreadableFileError, match="nested too deeply"):
        Reader(tmp_path).read_post(path)
    path.write_text("<title>a</title>" + "<p>a<br>" * 40_000)
    assert Reader(tmp_path).read_post(path)


def test_what_is_closed_is_still_read(tmp_path: Path) -> None:
    text = "{% raw %}{{ a }}{% endraw %}{% comment %}b{% endcomment %}c{% raw %}{% raw %}d{% endraw %} {% raw %} e"
    assert convert(tmp_path, text) == "{{ a }}c{% raw %}d {% raw %} e"


def test_a_component_with_a_long_attribute_is_read_once(tmp_path: Path) -> None:
    assert convert(tmp_path, f"<Image {'b' * 900_000} src='a.png' />", "a.mdx")


def test_long_names_and_settings_are_read_once(tmp_path: Path) -> None:
    config = GeneratorConfig(tmp_path)
    config.generator = "hugo"
    assert _as_written(f"/a{' ' * 500_000}b /", config) == "/a-b/"
    assert _load_javascript(f"{'a' * 900_000} b: 'c'") == {"b": "c"}


def test_many_comments_above_the_title_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    comment = Token("html_block", "", 0, content="<!-- a -->\n", map=[0, 1])
    monkeypatch.setattr(transfer_text, "parse_blocks", lambda body: [comment] * 1_000_000)
    assert transfer_text.first_heading("") is None


@pytest.mark.nightly
def test_long_runs_of_combining_marks_are_not_sorted() -> None:
    marks = "\u0301\u0316" * 400_000
    assert make_slug(f"a{marks}")
    assert len(compose(f"e{marks}")) == len(marks)
    assert compose("e\u0301 " * 1_000 + "\u1112\u1161\u11ab") == "é " * 1_000 + "한"


@pytest.mark.parametrize("unit", ["`a` <pre></pre>\n\n", "<div>\n![a](b.png)\n</div>\n\n", "a `b` <!-- c -->\n\n"])
@pytest.mark.by_day(0)
def test_the_cost_grows_with_the_length_and_no_faster(tmp_path: Path, unit: str) -> None:
    def count(pieces: int) -> int:
        return count_lines(lambda: convert(tmp_path, unit * pieces))

    assert count(400) < 7 * count(100)


@pytest.mark.parametrize("piece", ["[a](bN.md)\n\n", "![a](bN.png)\n\n"])
def test_a_file_that_is_named_often_is_looked_for_once(tmp_path: Path, piece: str) -> None:
    def count(text: str) -> int:
        return count_lines(lambda: convert(tmp_path, text))

    each, same = "".join(piece.replace("N", str(number)) for number in range(60)), piece.replace("N", "1") * 60
    assert count(same) < 0.75 * count(each)
