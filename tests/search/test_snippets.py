"""Pieces of text around the words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import Query
from search.snippets import Marker


def marker(text: str) -> Marker:
    return Marker(Query.from_text(text).words)


def test_words_and_what_begins_with_them_are_marked() -> None:
    html = marker("proof ox").mark("Proofs, an ox, oxen; waterproof")
    assert html == "<mark>Proofs</mark>, an <mark>ox</mark>, oxen; waterproof"


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("cafe", "Le Café", "Le <mark>Café</mark>"),
        ("café", "Le Cafe", "Le <mark>Cafe</mark>"),
        ("cafe", "Le cafe\u0301!", "Le <mark>cafe\u0301</mark>!"),
        ("istanbul", "In İstanbul.", "In <mark>İstanbul</mark>."),
        ("İSTANBUL", "In I\u0307stanbul.", "In <mark>I\u0307stanbul</mark>."),
        ("diyarbakır", "DIYARBAKIR", "<mark>DIYARBAKIR</mark>"),
        ("strasse", "Die Straße", "Die <mark>Straße</mark>"),
        ("किताब", "यह किताबें हैं", "यह <mark>किताबें</mark> हैं"),
        ("東京都", "私は東京都に", "私は<mark>東京都</mark>に"),
        ("ไทย", "ภาษาไทยดี", "ภาษา<mark>ไทย</mark>ดี"),
        ("node.js", "Node.js", "<mark>Node</mark>.<mark>js</mark>"),
        ("fine", "Ｆｉｎｅ ﬁne", "<mark>Ｆｉｎｅ</mark> <mark>ﬁne</mark>"),
    ],
)
def test_case_accents_and_forms_of_letters_make_no_difference(query: str, text: str, marked: str) -> None:
    assert marker(query).mark(text) == marked


def test_another_form_of_the_word_is_marked_where_the_word_itself_is_not() -> None:
    assert marker("printing").mark("It was printed") == "It was <mark>printed</mark>"
    assert marker("printing").mark("printing, printed") == "<mark>printing</mark>, printed"


def test_what_is_marked_is_escaped() -> None:
    assert marker("b script").mark("<b>script</b> & co") == (
        "&lt;<mark>b</mark>&gt;<mark>script</mark>&lt;/<mark>b</mark>&gt; &amp; co"
    )


def test_the_piece_is_where_the_word_is() -> None:
    text = f"{'before ' * 200}the galley stands here{' after' * 200}"
    piece = marker("galley").cut_out(text)
    assert "<mark>galley</mark>" in piece
    assert piece.startswith("… before")
    assert piece.endswith("after …")
    assert len(piece) < 300


def test_the_piece_is_where_the_word_is_without_spaces() -> None:
    piece = marker("東京").cut_out("私は行った。" * 200 + "東京" + "私は行った。" * 200)
    assert "<mark>東京</mark>" in piece
    assert len(piece) < 300


def test_without_the_word_it_is_the_beginning() -> None:
    assert marker("nowhere").cut_out("The first words.") == "The first words."


@given(st.text(max_size=400), st.text(max_size=60))
def test_nothing_but_marks_is_added_and_nothing_lost(text: str, looked_for: str) -> None:
    html = str(marker(looked_for).mark(text))
    plain = html.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in plain
    for entity, character in {"&lt;": "<", "&gt;": ">", "&#x27;": "'", "&quot;": '"', "&amp;": "&"}.items():
        plain = plain.replace(entity, character)
    assert plain == text
