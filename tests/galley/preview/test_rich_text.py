"""Rich text of any length and depth is stored as upstream would store it, in linear time."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from draftjs_exporter.engines.string import DOMString, Elt
from hypothesis import given
from hypothesis import strategies as st
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.admin.rich_text.converters.html_to_contentstate import HtmlToContentStateHandler
from wagtail.documents.models import Document
from wagtail.test.utils.form_data import streamfield

from galley.preview.rich_text import MAX_DEPTH, GrowingText, LinearDOM, LiveRichTextArea, TolerantReader
from tests.galley.preview.conftest import form_of

FEATURES = ["bold", "italic", "link", "ol", "ul", "code", "h2", "hr", "blockquote"]
TYPES = ["unstyled", "unordered-list-item", "ordered-list-item", "header-two", "blockquote", "unknown"]


def line(text: str, kind: str = "unstyled", depth: int = 0, style: str = "", length: int = 0) -> dict[str, Any]:
    styles = [{"offset": 0, "length": length, "style": style}] if style else []
    return {"key": "a", "text": text, "type": kind, "depth": depth, "inlineStyleRanges": styles, "entityRanges": []}


def state_of(lines: list[dict[str, Any]]) -> str:
    return json.dumps({"blocks": lines, "entityMap": {}})


LINES = st.lists(
    st.builds(
        line,
        st.text("ab \n", max_size=5),
        st.sampled_from(TYPES),
        st.integers(0, 4),
        st.sampled_from(["", "BOLD", "ITALIC"]),
        st.integers(0, 5),
    ),
    max_size=12,
)


@given(LINES)
def test_it_is_what_upstream_makes_of_it(lines: list[dict[str, Any]]) -> None:
    state = state_of(lines)
    stored = LiveRichTextArea(features=FEATURES).converter.to_database_format(state)
    assert stored == ContentstateConverter(FEATURES).to_database_format(state)


class NeverSearched(list):
    def __contains__(self, item: object) -> bool:
        raise AssertionError("searched")


def test_no_line_is_searched_among_all_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text, items = Elt("p", None), Elt("ul", None)
    text.children = NeverSearched()
    for child in (items, items, "a", "a"):
        LinearDOM.append_child(text, child)
    assert text.children == [items, "a", "a"]
    monkeypatch.setattr(DOMString, "append_child", lambda elt, child: pytest.fail("upstream's"))
    stored = LiveRichTextArea(features=FEATURES).converter.to_database_format(state_of([line("b"), line("c")]))
    assert stored == '<p data-block-key="a">b</p><p data-block-key="a">c</p>'


def test_no_word_of_a_list_that_is_nested_too_deeply_is_lost() -> None:
    converter = LiveRichTextArea(features=FEATURES).converter
    lines = [line(f"w{depth}", "unordered-list-item", depth) for depth in range(1_500)]
    stored = converter.to_database_format(state_of(lines))
    assert stored.count("<li") == 1_500
    assert stored.count("<ul>") == MAX_DEPTH + 1
    texts = [block["text"] for block in json.loads(converter.from_database_format(stored))["blocks"]]
    assert texts == [f"w{depth}" for depth in range(1_500)]


@pytest.mark.django_db
def test_it_is_saved(admin_client, small_site) -> None:
    state = state_of([line("deep", "ordered-list-item", 900)])
    form = form_of(small_site.post, body=streamfield([("paragraph", state)]))
    assert admin_client.post(f"/admin/pages/{small_site.post.pk}/edit/", form).status_code == 302
    small_site.post.refresh_from_db()
    assert "deep" in str(small_site.post.get_latest_revision_as_object().body[0].value)


OVERLAPPING = [
    {"offset": number, "length": 1_500 - number, "style": ("BOLD", "ITALIC")[number % 2]} for number in range(1_500)
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "state",
    ["{", "[" * 100_000, "1", '{"blocks": 1}', '{"blocks": [{"depth": "a"}]}',
     json.dumps({"blocks": [line("a" * 1_500) | {"inlineStyleRanges": OVERLAPPING}]})],
    ids=["open", "nested", "a number", "no blocks", "an odd depth", "nested styles"],
)  # fmt: skip
def test_what_no_editor_sends_is_refused_with_a_sentence(admin_client, small_site, state: str) -> None:
    with pytest.raises(BadRequest):
        LiveRichTextArea(features=FEATURES).converter.to_database_format(state)
    form = form_of(small_site.post, body=streamfield([("paragraph", state)]))
    response = admin_client.post(f"/admin/pages/{small_site.post.pk}/edit/", form)
    assert response.status_code == 400
    assert "Nothing was done with it" in response.content.decode()


LINKED = (
    '<p data-block-key="a">x <a href="/?a=1&amp;b">y <b>z</b></a> &lt; <a linktype="page" id="{page}">p</a> '
    '<a linktype="page" id="999">q</a><br/><a linktype="document" id="{document}">d</a> '
    '<a linktype="document" id="999">e</a></p><hr/><ul><li>u<ol><li>v</li></ol></li></ul><h2>w</h2>'
)


def read(reader: HtmlToContentStateHandler, html: str) -> Any:
    reader.feed(html)
    reader.close()
    return json.loads(re.sub(r'"key": "\w{5}",', "", reader.contentstate.as_json(default=str)))


@pytest.mark.django_db
def test_links_are_read_together_as_upstream_reads_each(small_site, django_assert_num_queries) -> None:
    document = Document.objects.create(title="d", file=ContentFile(b"d", "d.txt"))
    features = [*FEATURES, "document-link"]
    html = LINKED.format(page=small_site.post.pk, document=document.pk)
    expected = read(HtmlToContentStateHandler(features), html * 5)
    assert small_site.post.url in str(expected)
    assert read(TolerantReader(features), html * 5) == expected
    with CaptureQueriesContext(connection) as of_one:
        read(TolerantReader(features), html)
    with django_assert_num_queries(len(of_one)):
        read(TolerantReader(features), html * 50)


@pytest.mark.django_db
def test_what_wagtail_stores_is_not_searched_by_pythons_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HTMLParser, "feed", lambda self, html: pytest.fail("parsed"))
    reader = TolerantReader([*FEATURES, "document-link"])
    reader.feed(LINKED.format(page=1, document=1))
    assert [str(block.text) for block in reader.contentstate.blocks] == ["x y z < p q\nd e", " ", "u", "v", "w"]


def test_text_that_grows_is_not_copied() -> None:
    reader = TolerantReader(FEATURES)
    reader.feed("<p>" + "<b>x</b> " * 500 + "</p>")
    (block,) = reader.contentstate.blocks
    assert isinstance(block.text, GrowingText)
    assert len(block.text) == len(str(block.text)) == 999
    assert block.inline_style_ranges[-1].offset == 998
