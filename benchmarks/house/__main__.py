"""How large the code is and how it hangs together: `python -m benchmarks.house`.

`--keystroke` also names the files that a keystroke passes through (needs Chromium), `--suite` also runs the fast tests
and the whole CI and tells the minutes that they take.
"""

import argparse
import asyncio
import subprocess
import sys
from pathlib import Path
from time import monotonic

from benchmarks import facts
from benchmarks.figures import Figures, Limit
from benchmarks.house.structure import PROJECT, draw_packages, measure_imports, measure_seams, measure_size
from benchmarks.report import make_json, make_table

LIMITS = {
    "site_lines": Limit(6_000),
    # 18,467 lines in 200 files at 93edf3f. The rest came with accounts, the editor's desk, storage and operation since.
    "production_lines": Limit(43_000),
    "production_files": Limit(490),
    "import_cycles": Limit(0),
    "backward_imports": Limit(0),
    "monkey_patches": Limit(2),
    "silent_seams": Limit(0),
    "keystroke_files": Limit(18),
    "fast_tests_minutes": Limit(3),
    "ci_minutes": Limit(12),
}
FAST_TESTS = ["uv", "run", "pytest", "-q", "-m", "not browser"]
CI = ["bash", ".ci/run"]


def main() -> int:
    """Measure, print the table, write the JSON; return 1 if a suite failed."""
    options = _read_options()
    if options.drawing:
        print(draw_packages())
        return 0
    figures = measure_size() | measure_imports() | measure_seams()
    failed = False
    if options.keystroke:
        # Needs Playwright and the site's tests, which the other measures don't.
        from benchmarks.house.keystroke import trace_keystroke

        files = asyncio.run(trace_keystroke())
        print("A keystroke passes through:", *files, sep="\n  ")
        figures["keystroke_files"] = len(files)
    if options.suite:
        for name, command in (("fast_tests_minutes", FAST_TESTS), ("ci_minutes", CI)):
            began = monotonic()
            failed |= subprocess.run(command, cwd=PROJECT, stdout=sys.stderr).returncode != 0
            figures[name] = (monotonic() - began) / 60
    _report(figures, options.json)
    return int(failed)


def _report(figures: Figures, file: Path | None) -> None:
    print(make_table(figures, LIMITS))
    if file:
        file.write_text(make_json(figures, facts.machine(), facts.commit()))


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.house", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--drawing", action="store_true", help="only draw the packages, for docs/architecture.md")
    parser.add_argument("--keystroke", action="store_true", help="name the files that a keystroke passes through")
    parser.add_argument("--suite", action="store_true", help="run the fast tests and the whole CI, and time them")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
