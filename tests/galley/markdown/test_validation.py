"""What a save asks of a long text is read from it once."""

import pytest

from galley.markdown import find_broken_links, find_formula_errors, find_references
from galley.markdown.parser import parser

pytestmark = pytest.mark.django_db


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are parsed."""
    texts = []
    parse = parser.parse
    monkeypatch.setattr(parser, "parse", lambda text, env: texts.append(text) or parse(text, env))
    return texts


def ask_all(text: str) -> int:
    return len(find_formula_errors(text)) + len(find_broken_links(text)) + len(find_references(text))


def test_three_questions_take_one_parse(parsed: list[str]) -> None:
    text = "$\\frac{$ and [one](page:99999999) of this test"
    assert ask_all(text) == 3
    assert parsed == [text]


@pytest.mark.parametrize("text", ["A plain *text*: nothing.", "# A heading\n\n[elsewhere](https://example.org/page)"])
def test_a_text_without_any_takes_none(parsed: list[str], text: str) -> None:
    assert ask_all(text) == 0
    assert parsed == []


@pytest.mark.parametrize("link", ["page:99999999", "&#112;age:99999999", "page\\:99999999", "PAGE:99999999"])
def test_no_link_is_overlooked(link: str) -> None:
    assert len(find_broken_links(f"[a]({link})")) == 1
