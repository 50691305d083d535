"""Which painted state answers which key."""

import pytest

from benchmarks.preview.keyboard import MeasurementFailed, count_out_of_order, find_delays
from benchmarks.preview.wire import count_bytes, read_stages


def test_each_key_waits_for_the_first_state_that_has_it() -> None:
    seen = [("a", 1010), ("abc", 1300), ("abcd", 1310)]
    assert find_delays("abcd", 0, [1000, 1100, 1200, 1305], seen) == [10, 200, 100, 5]


def test_keys_of_the_warming_up_do_not_count() -> None:
    assert find_delays("abc", 2, [1200], [("ab", 1150), ("abc", 1230)]) == [30]


def test_an_older_state_after_a_newer_one_answers_nothing() -> None:
    seen = [("ab", 1010), ("a", 1020), ("abc", 1040)]
    assert find_delays("abc", 0, [1000, 1005, 1030], seen) == [10, 5, 10]
    assert count_out_of_order([2, 1, 3]) == 1


def test_the_same_state_again_is_in_order() -> None:
    assert count_out_of_order([1, 1, 2, 5]) == 0


@pytest.mark.parametrize(
    ("pressed_at", "seen", "words"),
    [
        ([1], [("ab", 2)], "2 keys were pressed, 1 reached"),
        ([1, 2], [("ax", 3)], "showed 'ax'"),
        ([1, 2], [("a", 3)], "Only 'a' was shown"),
    ],
)
def test_what_went_wrong_is_no_figure(pressed_at: list, seen: list, words: str) -> None:
    with pytest.raises(MeasurementFailed, match=words):
        find_delays("ab", 0, pressed_at, seen)


def test_bytes_are_counted_as_they_travel() -> None:
    assert [count_bytes(payload) for payload in ("abc", "«»", b"\x00\x01")] == [3, 4, 2]


@pytest.mark.parametrize("payload", ["not JSON", "[]", '{"type": "rendered"}', '{"stages": null}', b"\xff"])
def test_messages_without_stages_are_let_pass(payload: str | bytes) -> None:
    assert read_stages(payload) == {}


def test_stages_are_read_where_the_server_tells_them() -> None:
    assert read_stages('{"type": "rendered", "stages": {"bind": 1.5}}') == {"bind": 1.5}
