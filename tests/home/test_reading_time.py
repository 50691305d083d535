"""How long a text takes to read."""

import pytest

from galley.preview import outline
from home.blocks.body import CHARACTERS_PER_MINUTE, WORDS_PER_MINUTE, BodyBlock, minutes_to_read


def minutes(*blocks: tuple) -> int:
    return minutes_to_read(BodyBlock().to_python([{"type": kind, "value": value, "id": "x"} for kind, value in blocks]))


def test_it_counts_as_the_preview_does() -> None:
    assert (WORDS_PER_MINUTE, CHARACTERS_PER_MINUTE) == (outline.WORDS_A_MINUTE, outline.CHARACTERS_A_MINUTE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("— * 🙂", 0),
        ("one", 1),
        ("word " * WORDS_PER_MINUTE * 5, 5),
        ("校" * CHARACTERS_PER_MINUTE * 3, 3),
        ("word " * WORDS_PER_MINUTE + "校" * CHARACTERS_PER_MINUTE, 2),
        ("[word](https://example.org/a/b/c/d/e/f) " * WORDS_PER_MINUTE * 2, 2),
        ("<span lang='en' title='x'>word</span> " * WORDS_PER_MINUTE * 2, 2),
        ("한국어 " * WORDS_PER_MINUTE * 2, 2),
    ],
)
def test_markdown(text: str, expected: int) -> None:
    assert minutes(("markdown", text)) == expected


def test_every_kind_of_block_counts() -> None:
    words = "word " * WORDS_PER_MINUTE
    table = {"data": [[words, None], ["", words]], "table_caption": words}
    gallery = {
        "pictures": [{"type": "item", "id": "y", "value": {"image": {"image": 1, "alt_text": ""}, "caption": words}}]
    }
    assert minutes(
        ("paragraph", f"<p>{words}</p>"), ("table", table), ("code", {"code": words, "language": "go"}),
        ("details", {"summary": "More", "text": f"<p>{words}</p>"}), ("gallery", gallery),
    ) == 7  # fmt: skip
