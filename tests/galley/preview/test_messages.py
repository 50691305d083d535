"""What comes through an editor's socket is checked before anything is done with it."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.preview import conf
from galley.preview.messages import (
    BadMessage,
    Focus,
    FormChange,
    MessageTooLarge,
    PageSaved,
    Splice,
    read_message,
)


def test_every_message_of_an_editor() -> None:
    form = {"type": "form", "sequence": 1, "fields": {"title": ["A"]}}
    assert read_message(json.dumps(form)) == FormChange(1, {"title": ["A"]}, is_whole=True)
    change = {"type": "change", "sequence": 2, "changed": {"title": ["B"]}, "removed": ["x"]}
    assert read_message(json.dumps(change)) == FormChange(2, {"title": ["B"]}, ["x"], [])
    spliced = {"type": "change", "sequence": 3, "splices": [["body", 1, 2, "C", 2]]}
    assert read_message(json.dumps(spliced)) == FormChange(3, {}, [], [("body", Splice(1, 2, "C"), 2)])
    assert read_message('{"type": "focus", "path": "title"}') == Focus("title")
    assert read_message('{"type": "saved", "page": 3}') == PageSaved(3)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "no JSON",
        "[]",
        "{}",
        "[" * 100_000,
        '{"type": "form"}',
        '{"type": "form", "sequence": "1", "fields": {}}',
        '{"type": "form", "sequence": 1, "fields": {"title": "A"}}',
        '{"type": "form", "sequence": 1, "fields": {"title": [1]}}',
        '{"type": "change", "sequence": 1, "changed": {}, "removed": [null]}',
        '{"type": "change", "sequence": 1, "changed": []}',
        '{"type": "change", "sequence": 1, "splices": [["body", 0, 1, "x"]]}',
        '{"type": "change", "sequence": 1, "splices": {}}',
        '{"type": "focus", "path": 1}',
        '{"type": "saved", "page": "3"}',
    ],
)
def test_anything_else_is_refused(text: str | None) -> None:
    with pytest.raises(BadMessage):
        read_message(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["type", "fields", "sequence"]) | st.text(), inner),
)


@given(json_values)
def test_no_message_breaks_the_reader(value: object) -> None:
    with contextlib.suppress(BadMessage):
        read_message(json.dumps(value))


def test_a_form_may_be_large_but_not_endless() -> None:
    text = "x" * (conf.MAX_MESSAGE_BYTES // 2)
    read_message(json.dumps({"type": "form", "sequence": 1, "fields": {"body": [text]}}))
    with pytest.raises(MessageTooLarge):
        read_message(json.dumps({"type": "form", "sequence": 1, "fields": {"body": [text * 2]}}))


def test_a_form_has_a_bounded_number_of_fields() -> None:
    fields = {str(number): [""] for number in range(conf.MAX_FIELDS + 1)}
    with pytest.raises(MessageTooLarge):
        read_message(json.dumps({"type": "form", "sequence": 1, "fields": fields}))
