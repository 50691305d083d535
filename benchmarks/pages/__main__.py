"""How fast pages are, and how they bear a large site: `python -m benchmarks.pages --json FILE`.

Everything is measured so many times as `--runs` says, one measurement after the other within each run; medians count.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import facts
from benchmarks.pages.figures import LIMITS, WORST_OF_RUNS
from benchmarks.pages.measurements import MEASUREMENTS
from benchmarks.pages.sites import Sites
from benchmarks.preview.figures import Figures
from benchmarks.preview.report import make_table


def main() -> int:
    """Measure, print the table, write the JSON; return 1 if a figure isn't reached."""
    options = _read_options()
    commit = facts.commit()
    with tempfile.TemporaryDirectory(prefix="galley-pages-") as temporary:
        sites = Sites(options.sites or Path(temporary))
        runs = [_measure(options.only, sites, number) for number in range(1, options.runs + 1)]
    figures = {name: _combine(name, [run[name] for run in runs]) for name in runs[0]}
    limits = {name: limit for name, limit in LIMITS.items() if name in figures or options.only == list(MEASUREMENTS)}
    print(make_table(figures, limits))
    if options.json:
        rounded = {name: round(value, 3) for name, value in figures.items()}
        result = {"figures": rounded, "machine": facts.machine(), "commit": commit}
        options.json.write_text(json.dumps(result, indent=2) + "\n")
    return 0 if all(limit.is_kept_by(figures[name]) for name, limit in limits.items() if name in figures) else 1


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--runs", type=int, default=3, help="how often everything is measured; medians are shown")
    parser.add_argument("--sites", type=Path, metavar="FOLDER", help="keep the generated sites here for the next time")
    parser.add_argument(
        "--only",
        type=lambda names: names.split(","),
        default=list(MEASUREMENTS),
        metavar="NAME,…",
        help=f"some of: {', '.join(MEASUREMENTS)}",
    )
    options = parser.parse_args()
    if unknown := set(options.only) - set(MEASUREMENTS):
        parser.error(f"unknown: {', '.join(unknown)}")
    return options


def _measure(names: list[str], sites: Sites, number: int) -> Figures:
    figures: Figures = {}
    for name in names:
        print(f"Run {number}: {name}", file=sys.stderr)
        figures |= MEASUREMENTS[name](sites)
    return figures


def _combine(name: str, values: list[float]) -> float:
    return max(values) if name in WORST_OF_RUNS else median(values)


if __name__ == "__main__":
    sys.exit(main())
