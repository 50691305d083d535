"""The table for people and the JSON for machines."""

import json
from collections.abc import Mapping
from typing import Any

from benchmarks.figures import Limit


def make_table(figures: Mapping[str, float], limits: Mapping[str, Limit]) -> str:
    """Return a Markdown table: first the figures with a limit, those not measured included, then the rest."""
    rows = [_row(name, figures.get(name), limit) for name, limit in limits.items()]
    rows += [_row(name, value, None) for name, value in figures.items() if name not in limits]
    return "\n".join(["| figure | must reach | measured | ok? |", "|---|---|---|---|", *rows])


def make_json(figures: Mapping[str, float], machine: Mapping[str, Any], commit: str) -> str:
    """Return the JSON text of a run."""
    rounded = {name: round(value, 2) for name, value in figures.items()}
    return json.dumps({"figures": rounded, "machine": machine, "commit": commit}, indent=2) + "\n"


def _row(name: str, value: float | None, limit: Limit | None) -> str:
    measured = "–" if value is None else f"{value:,.1f}".removesuffix(".0")
    verdict = "" if limit is None or value is None else "yes" if limit.is_kept_by(value) else "**no**"
    return f"| `{name}` | {limit or ''} | {measured} | {verdict} |"
