"""Whether a series of measurements grows: after a warm-up, and by more than it fluctuates."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

# So many points are enough for a slope: each pair of them is looked at.
MOST_POINTS = 200


@dataclass(frozen=True)
class Trend:
    """The medians of the first and the last quarter of a series, its largest value, and its slope."""

    first: float
    last: float
    highest: float
    per_hour: float

    def exceeds(self, allowed: float) -> bool:
        """Return whether the series has grown by more than `allowed`: both between the quarters and by its slope."""
        return self.last - self.first > allowed and self.per_hour > 0


def find_trend(seconds: Sequence[float], values: Sequence[float]) -> Trend:
    """Return the trend of `values`, measured at `seconds`. Raises ValueError for fewer than four.

    The slope is the median of the slopes of all pairs (Theil and Sen): single peaks don't change it.
    """
    if len(values) < 4:
        raise ValueError("A trend needs at least four measurements.")
    quarter = len(values) // 4
    step = -(-len(values) // MOST_POINTS)
    points = list(zip(seconds, values, strict=True))[::step]
    slopes = [(b - a) / (end - start) for (start, a), (end, b) in combinations(points, 2)]
    return Trend(median(values[:quarter]), median(values[-quarter:]), max(values), median(slopes) * 3_600)
