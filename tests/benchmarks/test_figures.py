"""Times become figures, and figures a table and JSON."""

import json

import pytest

from benchmarks.figures import Limit, combine_runs, p50_and_p95, percentile
from benchmarks.preview.figures import LIMITS
from benchmarks.report import make_json, make_table


def test_percentiles_lie_between_neighbours() -> None:
    assert percentile([40, 10, 30, 20], 50) == 25
    assert percentile(range(101), 95) == 95
    assert percentile([7], 95) == 7


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="No values"):
        percentile([], 50)


def test_delays_make_two_figures() -> None:
    assert p50_and_p95("tab", range(101)) == {"tab_p50_ms": 50, "tab_p95_ms": 95}


def test_runs_are_combined_by_their_median() -> None:
    runs = [{"tab_markdown_p50_ms": value} for value in (90.0, 10.0, 12.0)]
    assert combine_runs(runs) == {"tab_markdown_p50_ms": 12}


def test_a_state_out_of_order_is_not_hidden_by_the_other_runs() -> None:
    assert combine_runs([{"typist_out_of_order": value} for value in (0, 0, 3)], {"typist_out_of_order"}) == {
        "typist_out_of_order": 3
    }


def test_a_run_that_failed_leaves_the_figures_of_the_others() -> None:
    assert combine_runs([{"typist_last_ms": 20}, {}]) == {"typist_last_ms": 20}


def test_the_table_tells_what_is_reached_missed_and_not_measured() -> None:
    limits = {"quick_ms": Limit(20), "slow_ms": Limit(20), "times": Limit(40, more_is_better=True), "absent": Limit(1)}
    table = make_table({"quick_ms": 20, "slow_ms": 1234.56, "times": 39.9, "server_render_ms": 3.21}, limits)
    assert table.splitlines()[2:] == [
        "| `quick_ms` | ≤ 20 | 20 | yes |",
        "| `slow_ms` | ≤ 20 | 1,234.6 | **no** |",
        "| `times` | ≥ 40 | 39.9 | **no** |",
        "| `absent` | ≤ 1 | – |  |",
        "| `server_render_ms` |  | 3.2 |  |",
    ]


def test_the_json_has_figures_machine_and_commit() -> None:
    written = json.loads(make_json(dict.fromkeys(LIMITS, 1.234), {"cores": 2}, "abc-dirty"))
    assert written["figures"] == dict.fromkeys(LIMITS, 1.23)
    assert (written["machine"], written["commit"]) == ({"cores": 2}, "abc-dirty")
