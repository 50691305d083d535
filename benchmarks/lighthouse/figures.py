"""What each figure must reach, and which of many values counts."""

from collections.abc import Iterable, Mapping
from statistics import median

from benchmarks.figures import Figures, Limit

LIMITS = {
    **{
        f"{device}_{figure}": limit
        for device in ("phone", "desktop")
        for figure, limit in {
            "performance": Limit(98, more_is_better=True),
            "accessibility": Limit(100, more_is_better=True),
            "best_practices": Limit(100, more_is_better=True),
            "seo": Limit(100, more_is_better=True),
            "lcp_ms": Limit(1_500),
            "cls": Limit(0),
        }.items()
    },
    "first_visit_kb": Limit(120),
    "first_visit_requests": Limit(10),
    "first_visit_script_kb": Limit(40),
}


def median_of_runs(runs: Iterable[Mapping[str, float]]) -> Figures:
    """Return the median of each figure's values in `runs`."""
    runs = list(runs)
    return {name: median(run[name] for run in runs) for name in runs[0]}


def worst_of_pages(pages: Iterable[Mapping[str, float]]) -> Figures:
    """Return of each figure the value of the page that does worst: a mean would hide it."""
    pages = list(pages)
    return {
        name: (min if LIMITS[name].more_is_better else max)(page[name] for page in pages if name in page)
        for name in LIMITS
        if any(name in page for page in pages)
    }
