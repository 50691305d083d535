"""How fast the live preview is, in a real browser: `python -m benchmarks.preview --json FILE`."""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Error as BrowserError
from playwright.async_api import async_playwright

from benchmarks import facts
from benchmarks.figures import Figures, combine_runs
from benchmarks.options import option_parser
from benchmarks.preview.desk import log_in_once
from benchmarks.preview.figures import LIMITS, WORST_OF_RUNS
from benchmarks.preview.keyboard import MeasurementFailed
from benchmarks.preview.measurements import MEASUREMENTS, PAGES_A_RUN, Bench
from benchmarks.report import make_json, make_table
from tests.e2e.visiting import CHROMIUM_FLAGS
from tests.running_site import PROJECT, build_small_site, environment, run_site


def main() -> int:
    """Measure, print the table, write the JSON; return 1 if something couldn't be measured."""
    options = _read_options()
    commit = facts.commit()
    with tempfile.TemporaryDirectory(prefix="galley-benchmark-") as folder:
        runs, failures, chromium_version = asyncio.run(_measure(options, Path(folder)))
    figures = combine_runs(runs, WORST_OF_RUNS)
    print(make_table(figures, LIMITS))
    if options.json:
        machine = facts.machine() | {"chromium": chromium_version}
        options.json.write_text(make_json(figures, machine, commit))
    for failure in failures:
        print(f"Not measured: {failure}", file=sys.stderr)
    return 1 if failures else 0


def _read_options() -> argparse.Namespace:
    parser = option_parser("benchmarks.preview", __doc__, MEASUREMENTS)
    parser.add_argument("--keys", type=int, default=40, help="how many keys each p50 and p95 is taken of")
    return parser.parse_args()


async def _measure(options: argparse.Namespace, var_dir: Path) -> tuple[list[Figures], list[str], str]:
    runs: list[Figures] = []
    failures: list[str] = []
    pages = build_site(var_dir, options.runs)
    with run_site(var_dir) as site:
        site.wait_for_worker()  # else it makes the pictures of the new pages meanwhile
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
            bench = Bench(site, browser, await log_in_once(browser, site.url), pages, options.keys)
            for number in range(1, options.runs + 1):
                runs.append({})
                for name in options.only:
                    print(f"Run {number}: {name}", file=sys.stderr)
                    try:
                        runs[-1] |= await MEASUREMENTS[name](bench)
                    except (MeasurementFailed, BrowserError) as error:
                        failures.append(f"run {number}, {name}: {error}")
            version = browser.version
            await browser.close()
    return runs, failures, version


def build_site(var_dir: Path, runs: int) -> dict[str, list[int]]:
    """Fill `var_dir` with a small site, and the pages that are typed into. Returns their numbers by kind."""
    build_small_site(var_dir)
    counts = {kind: count * runs for kind, count in PAGES_A_RUN.items()}
    command = [sys.executable, "-m", "benchmarks.preview.seed", json.dumps(counts)]
    seeded = subprocess.run(
        command, cwd=PROJECT, env=environment(var_dir), check=True, stdout=subprocess.PIPE, text=True
    )
    pages: dict[str, list[int]] = json.loads(seeded.stdout)
    return pages


def find_chromium() -> str:
    """Return the path of Chromium; end the program with a hint where there is none."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        sys.exit("Chromium is absent: apt-get install chromium (or set CHROMIUM to the path of one)")
    return path


if __name__ == "__main__":
    sys.exit(main())
