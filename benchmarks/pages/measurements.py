"""What can be measured: each takes the sites to measure on and returns figures by name."""

from collections.abc import Callable

from benchmarks.pages import cached
from benchmarks.pages.cost import measure_cost
from benchmarks.pages.queries import count_queries
from benchmarks.pages.scale import measure_scale
from benchmarks.pages.sites import Sites
from benchmarks.pages.start import measure_start
from benchmarks.preview.figures import Figures

MEASUREMENTS: dict[str, Callable[[Sites], Figures]] = {
    "cost": measure_cost,
    "queries": count_queries,
    "scale": measure_scale,
    "start": measure_start,
    "cached": lambda _sites: cached.measure(),
}
