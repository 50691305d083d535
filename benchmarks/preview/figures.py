"""The figures of this benchmark: what each must reach, and how values become figures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Figures = dict[str, float]


@dataclass(frozen=True)
class Limit:
    """What a figure must reach: at most `value` or, where more is better, at least."""

    value: float
    more_is_better: bool = False

    def is_kept_by(self, measured: float) -> bool:
        """Whether `measured` reaches the limit."""
        return measured >= self.value if self.more_is_better else measured <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.more_is_better else '≤'} {self.value:g}"


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


def percentile(values: Iterable[float], percent: float) -> float:
    """Return the value below which `percent` of `values` lie, interpolated between neighbours.

    Raises ValueError if there are no values.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("No values to take a percentile of")
    position = (len(ordered) - 1) * percent / 100
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def p50_and_p95(name: str, delays: Iterable[float]) -> Figures:
    """Return the figures `name`_p50_ms and `name`_p95_ms of `delays` in milliseconds."""
    delays = list(delays)
    return {f"{name}_p50_ms": percentile(delays, 50), f"{name}_p95_ms": percentile(delays, 95)}


def combine_runs(runs: Sequence[Mapping[str, float]]) -> Figures:
    """Return the median of each figure's values; those that may never be bad take their worst value."""
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: _combine(name)([run[name] for run in runs if name in run]) for name in names}


def _combine(name: str) -> Callable[[list[float]], float]:
    return max if name in WORST_OF_RUNS else median
