"""What Lighthouse says of a page of each kind and of twenty real posts: `python -m benchmarks.lighthouse --json FILE`.

Each page is measured as a phone and a desktop show it, as often as `--runs` says, and medians count; the last table
shows for each figure the page that does worst. Needs Chromium, nginx, openssl, and what
`npm ci --prefix tests/site/npm` installs.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from benchmarks import facts
from benchmarks.figures import Figures
from benchmarks.lighthouse.figures import LIMITS, median_of_runs, worst_of_pages
from benchmarks.lighthouse.front import Front, run_nginx
from benchmarks.lighthouse.runs import (
    ASKS_NOT_TO_BE_FOUND,
    PRESETS,
    list_faults,
    read_scores,
    read_weight,
    run_lighthouse,
)
from benchmarks.lighthouse.site import run_production_site, wait_for_worker
from benchmarks.report import make_table
from tests.running_site import RunningSite
from tests.site.crawling import Crawl, crawl, over_http
from tests.site.kinds import pages_to_look_at


def main() -> int:
    """Measure, print the tables, write the JSON; return 1 if a figure isn't reached."""
    options = _read_options()
    commit = facts.commit()
    with run_production_site(options.site) as site, tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(crawl(over_http(site.url)))
        # Somebody has been everywhere: once the pictures of it are made, nothing is left to be made meanwhile.
        wait_for_worker(site.var_dir)
        addresses = options.only or _choose_pages(found, site, options.pages)
        light = _find_page_without_pictures(found)
        with run_nginx(Path(folder), site.url) as front:
            pages = {
                url: _measure(front, url, options.runs, Path(folder), weighs=url == light)
                for url in dict.fromkeys([*addresses, *filter(None, [light])])
            }
    figures = worst_of_pages(pages.values())
    print(_make_page_table(pages))
    print(make_table(figures, {name: limit for name, limit in LIMITS.items() if name in figures}))
    if options.json:
        result = {"figures": figures, "pages": pages, "machine": facts.machine(), "commit": commit}
        options.json.write_text(json.dumps(result, indent=2) + "\n")
    return 0 if all(LIMITS[name].is_kept_by(value) for name, value in figures.items()) else 1


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lighthouse", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--runs", type=int, default=3, help="how often each page is measured; medians are shown")
    parser.add_argument("--pages", type=int, metavar="NUMBER", help="measure so many pages only")
    parser.add_argument("--only", nargs="+", metavar="ADDRESS", help="measure these pages only, such as /blog/")
    parser.add_argument("--site", type=Path, metavar="FOLDER", help="keep the site here for the next time")
    return parser.parse_args()


def _choose_pages(found: Crawl, site: RunningSite, number: int | None) -> list[str]:
    """Return the pages that are to be found: Lighthouse refuses a 404."""
    return [url for url in pages_to_look_at(found, site.var_dir) if found.answers[url].status == 200][:number]


def _find_page_without_pictures(found: Crawl) -> str | None:
    """Return the largest post without pictures, the one whose first visit is weighed."""
    posts = [
        url
        for url, answer in found.pages().items()
        if answer.status == 200 and b"<article" in answer.body and b"<img" not in answer.body and "?" not in url
    ]
    return max(posts, key=lambda url: len(found.answers[url].body), default=None)


def _measure(front: Front, path: str, runs: int, folder: Path, *, weighs: bool) -> Figures:
    figures: Figures = {}
    # Somebody else is the first, for whom the page is made.
    is_hidden = ASKS_NOT_TO_BE_FOUND in front.fetch(path)
    for device in PRESETS:
        reports = [run_lighthouse(front.url + path, device, folder, is_hidden=is_hidden) for _ in range(runs)]
        figures |= median_of_runs([read_scores(report, device) for report in reports])
        print(f"{device} {path}: {'; '.join(list_faults(reports[-1])) or 'nothing to mend'}", file=sys.stderr)
        if weighs and device == "phone":
            figures |= median_of_runs([read_weight(report) for report in reports])
    return figures


def _make_page_table(pages: dict[str, Figures]) -> str:
    columns = ["performance", "accessibility", "best_practices", "seo", "lcp_ms", "cls"]
    lines = [f"| page, phone / desktop | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for url, figures in pages.items():
        cells = [f"{figures[f'phone_{column}']:g} / {figures[f'desktop_{column}']:g}" for column in columns]
        lines.append(f"| {url} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
