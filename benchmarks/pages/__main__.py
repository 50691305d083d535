"""How fast pages are, and how they bear a large site: `python -m benchmarks.pages --json FILE`.

Everything is measured so many times as `--runs` says, one measurement after the other within each run; medians count.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import facts
from benchmarks.figures import Figures, combine_runs
from benchmarks.options import option_parser
from benchmarks.pages.figures import LIMITS, WORST_OF_RUNS
from benchmarks.pages.measurements import MEASUREMENTS
from benchmarks.pages.sites import Sites
from benchmarks.report import make_json, make_table


def main() -> int:
    """Measure, print the table, write the JSON; return 1 if a figure isn't reached or couldn't be measured."""
    options = _read_options()
    commit = facts.commit()
    with tempfile.TemporaryDirectory(prefix="galley-pages-") as temporary:
        runs, failures = _measure(options, Sites(options.sites or Path(temporary)))
    figures = combine_runs(runs, WORST_OF_RUNS)
    limits = {name: limit for name, limit in LIMITS.items() if name in figures or options.only == list(MEASUREMENTS)}
    print(make_table(figures, limits))
    if options.json:
        options.json.write_text(make_json(figures, facts.machine(), commit))
    for failure in failures:
        print(f"Not measured: {failure}", file=sys.stderr)
    are_kept = all(name in figures and limit.is_kept_by(figures[name]) for name, limit in limits.items())
    return 0 if are_kept and not failures else 1


def _read_options() -> argparse.Namespace:
    parser = option_parser("benchmarks.pages", __doc__, MEASUREMENTS)
    parser.add_argument("--sites", type=Path, metavar="FOLDER", help="keep the generated sites here for the next time")
    return parser.parse_args()


def _measure(options: argparse.Namespace, sites: Sites) -> tuple[list[Figures], list[str]]:
    """Return the figures of each run, and what failed: what was measured before isn't lost with it."""
    runs: list[Figures] = []
    failures: list[str] = []
    for number in range(1, options.runs + 1):
        runs.append({})
        for name in options.only:
            print(f"Run {number}: {name}", file=sys.stderr)
            try:
                runs[-1] |= MEASUREMENTS[name](sites)
            except (RuntimeError, OSError) as error:
                failures.append(f"run {number}, {name}: {error}")
    return runs, failures


if __name__ == "__main__":
    sys.exit(main())
