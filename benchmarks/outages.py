"""How long visitors wait while PostgreSQL is away: `python -m benchmarks.outages --json FILE`.

Visitors read pages that are in the cache, and search for words that nobody has searched for. PostgreSQL is killed and
started again, three times. Each answer has to be a page, or 503 with `Retry-After` within 2 seconds, and the last 503
comes at most a second after PostgreSQL's return; if not, the command ends with 1.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks import facts
from tests.deploy.load import CACHED, Visitors, request
from tests.running_site import build_small_site, run_site
from tests.services import run_postgresql

ANSWERS = ("stored 200", "searched 200")
UNAVAILABLE = "searched 503"
MAX_SECONDS = 2.0
MAX_LATE_SECONDS = 1.0


def main() -> int:
    """Measure, and print how long visitors waited at most, by what they were answered."""
    options = _read_options()
    with tempfile.TemporaryDirectory(prefix="galley-outages-") as folder, run_postgresql() as server:
        build_small_site(Path(folder), DATABASE_URL=server.url)
        with run_site(Path(folder), has_worker=False, DATABASE_URL=server.url) as site:
            for path in CACHED:
                request(site.url + path)
            visitors, late = Visitors(site, options.visitors), []
            with visitors:
                for _ in range(options.times):
                    for answer in ANSWERS:
                        visitors.wait_for(answer)
                    server.kill()
                    for answer in (UNAVAILABLE, "stored 200"):
                        visitors.wait_for(answer)
                    server.start()
                    returned = time.monotonic()
                    visitors.wait_for("searched 200", times=4 * options.visitors)
                    late.append(max(visitors.ended[UNAVAILABLE] - returned, 0.0))
    figures = {
        f"{name} ({kind}), seconds": round(find(seconds), 3)
        for kind, seconds in sorted(visitors.seconds.items())
        for name, find in (("median", median), ("at most", max))
    }
    figures["the last 503 after PostgreSQL's return, at most, seconds"] = round(max(late), 3)
    report = {
        "figures": figures,
        "answers": dict(visitors.answers),
        "failures": visitors.failures,
        "visitors": options.visitors,
        "outages": options.times,
        "load": os.getloadavg()[1],
        "machine": facts.machine(),
        "commit": facts.commit(),
    }
    print(json.dumps(report, indent=2))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    is_slow = max(visitors.seconds[UNAVAILABLE]) > MAX_SECONDS or max(late) > MAX_LATE_SECONDS
    return 1 if is_slow or visitors.failures or set(visitors.answers) - {*ANSWERS, UNAVAILABLE} else 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outages", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--visitors", type=int, default=8, help="how many at a time; default 8")
    parser.add_argument("--times", type=int, default=3, help="how often PostgreSQL is killed; default 3")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
