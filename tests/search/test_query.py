"""What is looked for in what a visitor types."""

import pytest

from search.query import LONGEST_TEXT, MOST_WORDS, Query


def words(text: str) -> list[str]:
    return [f"{word.text}*" if word.is_beginning else word.text for word in Query.from_text(text).words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Galley proof", ["galley*", "proof*"]),
        ("an ox", ["an", "ox"]),  # too short to stand for all that begin so
        ('"proof" -galley OR (NEAR* title:x)', ["proof*", "galley*", "or", "near*", "title*", "x"]),
        ("proof proof PROOF", ["proof*"]),
        ("東 活字", ["東*", "活字*"]),
        ("caf\u0065\u0301", ["cafe*"]),
        ("İstanbul", ["istanbul*"]),
        ("Œuvre ŒUVRE oeuvre", ["oeuvre*"]),
        ("Ǽsop Smørrebrød Łódź", ["aesop*", "smorrebrod*", "lodz*"]),
        ("مـحـمـد محمد ـ", ["محمد*"]),
        ("हिन्दी भाषा", ["हिन्दी*", "भाषा*"]),
        ("ที่", ["ที่*"]),
        ("\u0301 x\u0302yz", ["xyz*"]),
        ("Node.js TCP/IP", ["node*", "js", "tcp*", "ip"]),
        ("I\u0307STANBUL Diyarbakır", ["istanbul*", "diyarbakir*"]),
        ("Straße ﬁne Ⅷ", ["strasse*", "fine*", "viii*"]),
        ("東京都に", ["東京*", "京都*", "都に*"]),  # pairs, because no spaces separate words
        ("Rust🦀", ["rust*", "🦀*"]),
        ("soft\u00adhyphen", ["softhyphen*"]),
        ("snake_case", ["snake*", "case*"]),
        (" \t\n\x00 ", []),
        ('"!?*()&|<->:', []),
    ],
)
def test_words_are_all_that_counts(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_long_text_is_shortened_and_says_so() -> None:
    query = Query.from_text("x" * 10_000)
    assert len(query.text) == len(query.words[0].text) == LONGEST_TEXT
    assert query.is_shortened
    many = Query.from_text(" ".join(f"w{number}" for number in range(MOST_WORDS + 1)))
    assert (len(many.words), many.is_shortened) == (MOST_WORDS, True)
    assert not Query.from_text("galley").is_shortened


def test_half_a_character_is_no_text() -> None:
    Query.from_text("\ud800 galley").text.encode()
