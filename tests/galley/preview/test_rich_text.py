"""Rich text of any length and depth is stored as upstream would store it, in linear time."""

import json
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from draftjs_exporter.engines.string import DOMString, Elt
from hypothesis import given
from hypothesis import strategies as st
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.test.utils.form_data import streamfield

from galley.preview.rich_text import MAX_DEPTH, LinearDOM, LiveRichTextArea
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
