"""An hour of mixed load on a production site: does anything grow? `python -m benchmarks.soak --minutes 60 --json FILE`.

Ends with 1 if something grows that shouldn't, or a request failed. With `--leak`, the server processes leak: a control.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import psycopg
from redis import Redis

from benchmarks import facts
from benchmarks.figures import Figures
from benchmarks.soak.load import Load
from benchmarks.soak.samples import read_children, read_folders, read_objects, read_postgresql, read_process, read_redis
from benchmarks.soak.site import SoakedSite, run_soaked_site
from benchmarks.soak.verdict import Series, find_growing, make_report, make_table


def main() -> int:
    """Build the site, play the load, print what grows."""
    options = _read_options()
    commit = facts.commit()
    with run_soaked_site(options.posts, is_leaking=options.leak) as site:
        load = Load(site)
        load.fill_caches(options.filling)
        series = _play(site, load, options)
        log = (site.folder / "var/log").read_text(errors="replace")
    measured = series.since(options.warm_up * 60)
    growing = find_growing(measured)
    print(make_table(measured))
    print(f"Done: {dict(load.done)}\nFailed: {dict(load.failed)}\nGrows: {growing or 'nothing'}")
    if options.json:
        report = make_report(measured, growing) | {
            "minutes": options.minutes,
            "warm_up_minutes": options.warm_up,
            "done": dict(load.done),
            "failed": dict(load.failed),
            "mails": site.mail_server.mails,
            "machine": facts.machine(),
            "commit": commit,
        }
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    for line in [*load.failures, *([log] if log else [])]:
        print(line, file=sys.stderr)
    return 1 if growing or load.failed else 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long the load goes on; default 60")
    parser.add_argument("--warm-up", type=float, default=10, help="so many minutes of it don't count; default 10")
    parser.add_argument("--every", type=float, default=10, help="seconds between two measurements; default 10")
    parser.add_argument("--posts", type=int, default=2_000, help="posts beside those of the sample site; default 2000")
    parser.add_argument(
        "--filling", type=int, default=8_000, help="requests that fill the caches at first; default 8000"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--samples", type=Path, metavar="FILE", help="add each measurement to this file")
    parser.add_argument("--leak", action="store_true", help="let the site leak memory and descriptors: a control")
    return parser.parse_args()


def _play(site: SoakedSite, load: Load, options: argparse.Namespace) -> Series:
    """Let people work, and measure all the time."""
    series = Series()
    redis = Redis.from_url(site.redis)
    with psycopg.connect(site.database, autocommit=True) as database, load.playing():
        began = time.monotonic()
        while (elapsed := time.monotonic() - began) < options.minutes * 60:
            figures = measure(site, database, redis)
            series.add(elapsed, figures)
            if options.samples:
                line = {"seconds": elapsed, "done": load.done, "failed": load.failed} | figures
                with options.samples.open("a") as samples:
                    samples.write(json.dumps(line) + "\n")
            time.sleep(max(0.0, options.every - (time.monotonic() - began - elapsed)))
    redis.close()
    return series


def measure(site: SoakedSite, database: psycopg.Connection, redis: Redis) -> Figures:
    """Return all that is measured of the site at one moment."""
    figures: Figures = {}
    metrics = site.folder / "var/metrics"
    for name, pid in site.processes.items():
        figures |= {f"{name} {key}": value for key, value in read_process(pid).items()}
        figures |= {f"{name} {key}": value for key, value in read_objects(metrics, pid).items()}
        figures |= {f"{name} pictures {key}": value for key, value in read_children(pid).items()}
    folders = {"temporary": site.folder / "tmp", "media": site.folder / "var/media"}
    log_size = (site.folder / "var/log").stat().st_size
    return (
        figures
        | read_postgresql(database)
        | read_redis(redis)
        | read_folders(folders)
        | {"log size_mib": log_size / (1 << 20)}
    )


if __name__ == "__main__":
    sys.exit(main())
