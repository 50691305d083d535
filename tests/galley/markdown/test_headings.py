"""The headings of a text: their ids, the links to themselves, and the contents that they make."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from wagtail.blocks.stream_block import StreamValue

from galley.markdown import anchor_headings, normalise_headings, render_body
from galley.markdown.headings import find_headings
from home.blocks import BodyBlock
from home.blocks.body import RESERVED_IDS
from tests.conftest import SmallSite


def heading(text: str, level: str = "2") -> tuple[str, dict[str, str]]:
    return "heading", {"text": text, "level": level}


def body(*blocks: tuple) -> StreamValue:
    block = BodyBlock()
    return block.normalize([{"type": kind, "value": value, "id": f"id-{n}"} for n, (kind, value) in enumerate(blocks)])


def contents(*blocks: tuple) -> list[tuple[int, str, str]]:
    return [(entry.level, entry.id, entry.label) for entry in render_body(body(*blocks), {}).contents]


def test_headings_of_all_blocks_have_ids_of_their_own_and_links_that_follow_them() -> None:
    html = render_body(
        body(
            heading("Same"),
            ("markdown", "## Same\n\n### Other\n\n[there](#same)"),
            heading("Same"),
            ("markdown", "## Same\n\n## Same 2"),
            ("paragraph", "<h2>Other</h2><p>x</p>"),
        ),
        {},
    ).html
    ids = re.findall(r"<h\d[^>]* id=\"([^\"]+)\"", html)
    assert ids == ["same", "same-2", "other", "same-3", "same-4", "same-2-2", "other-2"]
    assert re.findall(r'<a [^>]*href="#([^"]+)"[^>]*>(?:Same|Other)', html) == ids
    assert '<a href="#same">there</a>' in html


def test_a_heading_keeps_its_id_when_another_with_the_same_words_comes_after_it() -> None:
    before = contents(heading("A"), heading("B"), heading("C"))
    after = contents(heading("A"), heading("B"), heading("C"), ("markdown", "## B\n\n## A"))
    assert after[:3] == before


@pytest.mark.parametrize("name", ["main", "Tags label", "Block id-0", "x"])
def test_a_heading_never_takes_the_id_of_anything_else_on_the_page(name: str) -> None:
    html = render_body(body(heading(name), ("markdown", '<p id="x">an anchor of the author\'s own</p>')), {}).html
    counted = Counter(re.findall(r' id="([^"]+)"', html)) + Counter(RESERVED_IDS)
    assert max(counted.values()) == 1


def test_the_ids_that_templates_use_are_known() -> None:
    folder = Path(settings.BASE_DIR) / "templates"
    files = [path for part in ("components", "pages", "partials") for path in (folder / part).glob("*.html")]
    used = {name for path in files for name in re.findall(r'\sid="([^"{]+)"', path.read_text())}
    assert used
    assert used <= RESERVED_IDS


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("234", "234"),
        ("4", "2"),
        ("333", "222"),
        ("343", "232"),
        ("32", "22"),
        ("2556", "2334"),
        ("2426", "2323"),
        ("25353", "23343"),
    ],
)
def test_no_level_is_left_out(written: str, normalised: str) -> None:
    blocks = [("markdown", f"{'#' * int(level)} Heading {place}") for place, level in enumerate(written)]
    assert "".join(re.findall(r"<h(\d) id=", render_body(body(*blocks), {}).html)) == normalised
    assert "".join(re.findall(r"</h(\d)>", render_body(body(*blocks), {}).html)) == normalised


def test_only_a_text_of_several_parts_has_contents() -> None:
    assert contents(heading("A"), heading("B")) == []
    assert contents(heading("A"), heading("B", "3"), ("markdown", "## C\n\n### D\n\n#### Too deep")) == [
        (2, "a", "A"),
        (3, "b", "B"),
        (2, "c", "C"),
        (3, "d", "D"),
    ]


def test_an_entry_has_the_words_of_its_heading_without_links_notes_and_markup() -> None:
    html = normalise_headings(
        '<h2 id="a"><a href="/x" id="y">Fold</a> the <code>sheet</code> &amp; <b onclick="x">cut</b>'
        '<sup class="footnote-ref"><a href="#fn1">[1]</a></sup></h2><h2 id="empty"> </h2>'
    )
    assert [entry.label for entry in find_headings(html)] == ["Fold the <code>sheet</code> &amp; cut"]


def test_rich_text_gets_anchors_but_no_link_within_a_link() -> None:
    assert anchor_headings("<h3>Über &amp; alles</h3>") == (
        '<h3 id="über-alles"><a class="anchor" href="#über-alles">Über &amp; alles</a></h3>'
    )
    assert anchor_headings('<h2><a href="/">x</a></h2>') == '<h2 id="x"><a href="/">x</a></h2>'


def test_a_page_shows_its_contents_in_a_named_landmark(small_site: SmallSite, asgi_get) -> None:
    for page in (small_site.about, small_site.post, small_site.project):
        page.body = [("markdown", "## One\n\n## Two\n\n## Über drei")]
        page.save()
        html = asgi_get(page.url).content.decode()
        toc = re.search(r'<nav class="toc" aria-labelledby="contents-label".*?</nav>', html, re.DOTALL)
        assert toc
        assert re.findall(r'<a href="#([^"]+)">', toc[0]) == ["one", "two", "über-drei"]
        assert "js/contents.js" in html
        page.body = [("markdown", "## One")]
        page.save()
        assert 'class="toc"' not in asgi_get(page.url).content.decode()
