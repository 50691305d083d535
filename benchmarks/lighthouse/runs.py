"""One run of Lighthouse on one page, and the figures that are read from it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.figures import Figures
from tests.site.node import HOW_TO_GET_THEM, find_program

CHROMIUM_FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --ignore-certificate-errors"
CATEGORIES = {
    "performance": "performance",
    "accessibility": "accessibility",
    "best-practices": "best_practices",
    "seo": "seo",
}
# The phone is Lighthouse's own: a middling one, on slow 4G.
PRESETS = {"phone": [], "desktop": ["--preset=desktop"]}
KILOBYTE = 1_000
ATTEMPTS = 3
# What a page says that search engines aren't to show, such as results of a search: on purpose, though Lighthouse takes
# half of the points away for it.
ASKS_NOT_TO_BE_FOUND = 'name="robots" content="noindex"'

Report = dict[str, Any]


def run_lighthouse(url: str, device: str, folder: Path, *, is_hidden: bool = False) -> Report:
    """Return Lighthouse's report on `url` as `device` shows it; a hidden page isn't asked whether it can be found.

    Raises SystemExit if it isn't installed, RuntimeError if it fails again and again: now and then it misses the
    beginning of a page and asks to be run anew.
    """
    program = find_program("lighthouse/cli/index.js")
    if program is None:
        raise SystemExit(HOW_TO_GET_THEM)
    report = folder / "report.json"
    options = ["--output=json", f"--output-path={report}", "--quiet", f"--only-categories={','.join(CATEGORIES)}"]
    command = ["node", str(program), url, *options, f"--chrome-flags={CHROMIUM_FLAGS}", *PRESETS[device]]
    if is_hidden:
        command.append("--skip-audits=is-crawlable")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
    for _ in range(ATTEMPTS):
        run = subprocess.run(
            command, env={**os.environ, "CHROME_PATH": chromium}, stdout=subprocess.DEVNULL, check=False
        )
        if run.returncode == 0:
            found: Report = json.loads(report.read_text())
            return found
    raise RuntimeError(f"Lighthouse has failed {ATTEMPTS} times on {url}")


def read_scores(report: Report, device: str) -> Figures:
    """Return the scores, of 100, and when the largest part was painted and how much the page moved."""
    scores = {name: round(100 * (report["categories"][key]["score"] or 0)) for key, name in CATEGORIES.items()}
    measured = {
        "lcp_ms": round(report["audits"]["largest-contentful-paint"]["numericValue"]),
        "cls": round(report["audits"]["cumulative-layout-shift"]["numericValue"], 2),
    }
    return {f"{device}_{name}": float(value) for name, value in (scores | measured).items()}


def read_weight(report: Report) -> Figures:
    """Return what a first visit loads, as it comes over the wire, headers included."""
    requests = report["audits"]["network-requests"]["details"]["items"]
    scripts = [request for request in requests if request.get("resourceType") == "Script"]
    return {
        "first_visit_kb": sum(request["transferSize"] for request in requests) / KILOBYTE,
        "first_visit_requests": len(requests),
        "first_visit_script_kb": sum(request["transferSize"] for request in scripts) / KILOBYTE,
    }


def list_faults(report: Report) -> list[str]:
    """Return what costs points, or would give some: the names of the audits and what they show."""
    weights = {audit["id"]: audit["weight"] for key in CATEGORIES for audit in report["categories"][key]["auditRefs"]}
    faults = [audit for name, audit in report["audits"].items() if weights.get(name) and (audit["score"] or 0) < 0.9]
    return [f"{fault['id']}: {fault.get('displayValue') or fault['title']}" for fault in faults]
