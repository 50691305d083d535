"""What can be measured: each takes the sites to measure on and returns figures by name."""

from collections.abc import Callable

from benchmarks.figures import Figures
from benchmarks.pages.cached import measure_cached
from benchmarks.pages.connections import measure_connections
from benchmarks.pages.cost import measure_cost
from benchmarks.pages.memory import measure_memory
from benchmarks.pages.queries import count_queries
from benchmarks.pages.scale import measure_scale
from benchmarks.pages.sites import Sites
from benchmarks.pages.slow_mail import measure_slow_mail
from benchmarks.pages.slow_readers import measure_slow_readers
from benchmarks.pages.spike import measure_spike
from benchmarks.pages.start import measure_start

MEASUREMENTS: dict[str, Callable[[Sites], Figures]] = {
    "cost": measure_cost,
    "queries": count_queries,
    "scale": measure_scale,
    "start": measure_start,
    "cached": measure_cached,
    "spike": measure_spike,
    "memory": measure_memory,
    "connections": measure_connections,
    "slow_readers": measure_slow_readers,
    "slow_mail": measure_slow_mail,
}
