"""What of the measurements may grow, and by how much."""

import re
from dataclasses import dataclass, field
from typing import Any

from benchmarks.figures import Figures
from benchmarks.soak.trend import Trend, find_trend

# What may not grow: names of figures, and by how much the medians of two quarters may differ.
LIMITS = {
    r"(web \d|worker) anonymous_mib": 5,
    # A fortieth of what a server process has. It is level where only the room between objects grows.
    r"(web \d|worker) python_blocks": 30_000,
    r"(web \d|worker) threads": 2,
    # Connections of the pool come and go.
    r"(web \d|worker) descriptors": 6,
    r"(web \d|worker) pictures (processes|descriptors)": 4,
    r"postgresql connections": 3,
    r"postgresql idle_in_transaction": 1,
    r"redis (connections|channels)": 3,
    r"redis used_mib": 2,
    r"temporary files": 2,
    r"rows \w+": 3,
}
# Tables that grow by what people do, and what bounds them.
BOUNDED = {
    "changes_change": "200, and those of a minute",
    "rate_limits_attemptcount": "those of an hour",
    "wagtailadmin_editingsession": "those of an hour",
    "reports_missingaddress": "2,000, and those of 90 days",
    "django_session": "those of two weeks",
    "usersessions_usersession": "those of two weeks",
    "django_tasks_database_dbtaskresult": "10,000 that have succeeded, 10,000 that have failed, and those of an hour",
    "wagtailcore_revision": "thinned out once a day",
    "history_autosavedrevision": "one for each of an autosaved version that is left",
    "statistics_dailycount": "one for each page and day, of two years",
    "home_rendition": "one for each picture, size and format",
    "forms_contactmessage": "what visitors have written",
    "wagtailcore_pagelogentry": "what editors have done",
    "wagtailcore_modellogentry": "what editors have done",
}


@dataclass
class Series:
    """Measurements: when each was made, and its figures."""

    seconds: list[float] = field(default_factory=list)
    figures: list[Figures] = field(default_factory=list)

    def add(self, seconds: float, figures: Figures) -> None:
        """Add a measurement."""
        self.seconds.append(seconds)
        self.figures.append(figures)

    def since(self, seconds: float) -> "Series":
        """Return the measurements that were made later."""
        first = next((number for number, at in enumerate(self.seconds) if at >= seconds), len(self.seconds))
        return Series(self.seconds[first:], self.figures[first:])

    def trends(self) -> dict[str, Trend]:
        """Return the trend of each figure."""
        names = dict.fromkeys(name for figures in self.figures for name in figures)
        return {name: find_trend(self.seconds, [figures.get(name, 0) for figures in self.figures]) for name in names}


def find_growing(series: Series) -> list[str]:
    """Return the names of what grows, although it may not."""
    return [
        name
        for name, trend in series.trends().items()
        if (limit := limit_of(name)) is not None and trend.exceeds(limit)
    ]


def limit_of(name: str) -> float | None:
    """Return by how much the figure may grow; None if it may."""
    if name.removeprefix("rows ") in BOUNDED:
        return None
    return next((limit for pattern, limit in LIMITS.items() if re.fullmatch(pattern, name)), None)


def make_table(series: Series) -> str:
    """Return a Markdown table of what has a limit or grows."""
    rows = ["| figure | first quarter | last quarter | highest | per hour | may grow by |", "|---|---|---|---|---|---|"]
    for name, trend in series.trends().items():
        limit = limit_of(name)
        if name.startswith("rows ") and trend.first == trend.last:
            continue
        numbers = (f"{value:,.1f}" for value in (trend.first, trend.last, trend.highest, trend.per_hour))
        rows.append(f"| {name} | {' | '.join(numbers)} | {'' if limit is None else limit} |")
    return "\n".join(rows)


def make_report(series: Series, growing: list[str]) -> dict[str, Any]:
    """Return the figures for a file."""
    trends = {
        name: {key: round(value, 2) for key, value in vars(trend).items()} for name, trend in series.trends().items()
    }
    return {"grows": growing, "figures": trends}
