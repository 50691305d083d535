"""How values become figures, and what a figure must reach."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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


def combine_runs(runs: Sequence[Mapping[str, float]], worst: Collection[str] = ()) -> Figures:
    """Return the median of each figure's values; those in `worst`, which may never be bad, take their worst value."""
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: (max if name in worst else median)([run[name] for run in runs if name in run]) for name in names}
