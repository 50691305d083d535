"""What each figure of this benchmark must reach."""

from benchmarks.figures import Limit

LIMITS = {
    "tab_markdown_p50_ms": Limit(20),
    "tab_markdown_p95_ms": Limit(50),
    "panel_markdown_p50_ms": Limit(45),
    "panel_markdown_p95_ms": Limit(90),
    "tab_blocks_p50_ms": Limit(25),
    "tab_blocks_p95_ms": Limit(60),
    "panel_blocks_p50_ms": Limit(70),
    "panel_blocks_p95_ms": Limit(120),
    "tab_richtext_p50_ms": Limit(40),
    "tab_richtext_p95_ms": Limit(90),
    "times_faster_isolated": Limit(40, more_is_better=True),
    "times_faster_typing": Limit(100, more_is_better=True),
    "up_bytes_p50": Limit(300),
    "down_bytes_p50": Limit(500),
    "typist_last_ms": Limit(150),
    "typist_out_of_order": Limit(0),
    "viewers_last_ms": Limit(250),
    "viewers_kib_each": Limit(40),
}

# A median would hide the one run that failed where nothing may fail.
WORST_OF_RUNS = {"typist_out_of_order", "down_bytes_most"}
