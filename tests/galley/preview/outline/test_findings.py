"""What an author is told to look at: each with its remedy."""

import pytest

from galley.preview.broken_links import Failure
from galley.preview.outline import read_outline
from galley.preview.outline_report import find

FAILURES = {"/gone/": Failure.MISSING, "/soon/": Failure.UNPUBLISHED}


def found(content: str) -> list[str]:
    return [finding.sentence for finding in find(read_outline(f"<main><h1>Title</h1>{content}</main>"), FAILURES)]


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("<h3>Late</h3>", "<h2>x</h2><h3>Late</h3>", "“Late” has level 3, but no heading of level 2"),
        ("<h2> </h2>", "<h2>x</h2>", "heading is empty"),
        ('<img src="/a/plate.jpg">', '<img src="/a/plate.jpg" alt="A plate">', "“plate” has no description, not even"),
        (
            '<img src="/a/plate.jpg" alt="">',
            '<img src="/a/plate.jpg" alt="A plate">',
            "“plate” has no description. Say",
        ),
        ('<img alt="">', '<img alt="" role="presentation">', "A picture has no description"),
        ("<a>Read on</a>", '<a href="/there/">Read on</a>', "“Read on” leads nowhere"),
        ('<a href="#">Read on</a>', '<a href="#top">Read on</a>', "“Read on” leads nowhere"),
        ('<a href="/there/"></a>', '<a href="/there/">x</a>', "/there/ has no words"),
        ('<a href="#notes">Notes</a>', '<a href="#notes">Notes</a><p id="notes">', "“Notes” leads to #notes"),
        ('<a href="#%C3%A9">N</a>', '<a href="#%C3%A9">N</a><p id="é">', "leads to #%C3%A9"),
        ('<a href="/gone/">Gone</a>', '<a href="/there/">Gone</a>', "“Gone” leads to /gone/, but there is nothing"),
        (
            '<a href="/soon/">Soon</a>',
            '<a href="/there/">Soon</a>',
            "“Soon” leads to /soon/, a page that nobody can read",
        ),
        ('<p id="a"></p><p id="a">', '<p id="a"></p><p id="b">', "named “#a”"),
    ],
)
def test_it_is_said_until_it_is_mended(wrong: str, right: str, said: str) -> None:
    [sentence] = found(wrong)
    assert said in sentence
    assert found(right) == []
