"""A change of a text travels as the characters that changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.preview.messages import Splice, apply_splice, find_splice, utf16_length


@given(st.text(), st.text())
def test_a_splice_leads_from_one_text_to_the_other(old: str, new: str) -> None:
    assert apply_splice(old, find_splice(old, new)) == new


def test_a_splice_holds_only_what_changed() -> None:
    assert find_splice("one two three", "one twice three").text == "ice"


def test_offsets_count_utf16_units() -> None:
    assert utf16_length("a𝄞é") == 4
    assert find_splice("𝄞a", "𝄞b").start == 2
    assert apply_splice("𝄞a", Splice(2, 3, "b")) == "𝄞b"


@pytest.mark.parametrize("splice", [Splice(-1, 0, ""), Splice(2, 1, ""), Splice(0, 4, "")])
def test_a_splice_outside_the_text_is_refused(splice: Splice) -> None:
    with pytest.raises(ValueError, match="outside"):
        apply_splice("abc", splice)
