"""Cutting pages and finding what changed: proved on anything, not on examples."""

from hypothesis import given
from hypothesis import strategies as st

from galley.preview.broadcast.channels import Frame, patch_message, snapshot_message
from galley.preview.drafts.rendering import CutPage, cut_page
from tests.galley.preview.browser_model import Screen

PIECES = ["<div>", "</div>", '<div data-region="a">', '<p data-region="b">', '<div class="x" data-region="a">', "</p>"]
PIECES += ["text", "é𝄞", '<img data-region="c">', "<!-- c -->", '<div data-region="d"><div>', "\n", '"', ">"]
markup = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
names = st.sampled_from("abcd")
pages = st.lists(st.tuples(st.lists(names, unique=True), st.dictionaries(names, st.text())), min_size=1)


@given(markup)
def test_a_cut_page_is_the_page_again(html: str) -> None:
    assert cut_page(html).html == html


def test_regions_do_not_nest() -> None:
    page = cut_page('<div data-region="a"><div data-region="b">x</div></div><p data-region="c">y</p>')
    assert page.regions == {"a": '<div data-region="b">x</div>', "c": "y"}


@given(pages)
def test_a_screen_that_follows_the_messages_has_the_newest_page(states) -> None:
    screen = Screen()
    before = None
    for number, (order, texts) in enumerate(states):
        regions = {name: texts.get(name, "") for name in order}
        skeleton = (*(part for name in order for part in (f"<{name}>", name)), "end")
        frame = Frame(str(number), CutPage(skeleton, regions))
        screen.receive(patch_message(before, frame) if before else snapshot_message(frame))
        assert screen.html == frame.page.html
        before = frame


def test_a_change_between_the_regions_travels_as_what_changed() -> None:
    old = Frame("1", cut_page('<title>Old</title><p data-region="a">x</p><p>long tail</p>'))
    new = Frame("2", cut_page('<title>New</title><p data-region="a">xy</p><p>long tail</p>'))
    message = patch_message(old, new)
    assert "tail" not in message
    screen = Screen()
    screen.receive(snapshot_message(old))
    screen.receive(message)
    assert screen.html == new.page.html
    assert screen.kinds == ["snapshot", "patch"]
