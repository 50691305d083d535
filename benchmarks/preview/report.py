"""The table for people and the JSON for machines."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.preview.figures import LIMITS, Limit

PROJECT = Path(__file__).resolve().parents[2]


def make_table(figures: Mapping[str, float], limits: Mapping[str, Limit] = LIMITS) -> str:
    """Return a Markdown table: first the figures with a limit, those not measured included, then the rest."""
    rows = [_row(name, figures.get(name), limit) for name, limit in limits.items()]
    rows += [_row(name, value, None) for name, value in figures.items() if name not in limits]
    return "\n".join(["| figure | must reach | measured | ok? |", "|---|---|---|---|", *rows])


def make_json(figures: Mapping[str, float], machine: Mapping[str, Any], commit: str) -> str:
    """Return the JSON text of a run."""
    rounded = {name: round(value, 2) for name, value in figures.items()}
    return json.dumps({"figures": rounded, "machine": machine, "commit": commit}, indent=2) + "\n"


def describe_machine(chromium_version: str) -> dict[str, Any]:
    """Return what a reader needs to know about the machine to judge the figures."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "chromium": chromium_version,
    }


def current_commit() -> str:
    """Return the commit's hash, with `-dirty` if the working tree differs from it."""
    commit = _git("rev-parse", "HEAD")
    return f"{commit}-dirty" if _git("status", "--porcelain") else commit


def _row(name: str, value: float | None, limit: Limit | None) -> str:
    measured = "–" if value is None else f"{value:,.1f}".removesuffix(".0")
    verdict = "" if limit is None or value is None else "yes" if limit.is_kept_by(value) else "**no**"
    return f"| `{name}` | {limit or ''} | {measured} | {verdict} |"


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=PROJECT, check=True, capture_output=True, text=True).stdout.strip()
