"""What a hundred times, and a thousand times as many posts cost: processor time of the listing, without the cache.

Asked for are pages of the list, of a tag, a year and an author. Beside it: how long the very first visitor waits after
a change, when the order of the list and the counts of its filters are read anew.
"""

import asyncio
import time
from contextlib import ExitStack

from benchmarks.figures import Figures
from benchmarks.pages.load import ask
from benchmarks.pages.servers import ASGI_SITE, Server, running
from benchmarks.pages.sites import LISTING, Sites, manage

SIZES = {"100": 100, "10k": 10_000, "100k": 100_000}
SELECTIONS = ("", "?page=2", "?page=5", "?tag=proof", "?tag=ink-history", "?year=2020", "?author=ada-quill&page=2")
CONNECTIONS = 8
REQUESTS = 350
ROUNDS = 3


def measure_scale(sites: Sites) -> Figures:
    """Return the ratios of the large sites to the small one, and the first visitor's milliseconds for each size."""
    paths = [f"{LISTING}{selection}" for selection in SELECTIONS]
    cpu = dict.fromkeys(SIZES, 0.0)
    first = {}
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for name, number in SIZES.items():
            var_dir = sites.with_posts(number)
            servers[name] = stack.enter_context(running(ASGI_SITE, var_dir))
            load_all(servers[name], paths, len(paths))
            manage(var_dir, "generate_posts", "1")
            started = time.perf_counter()
            load_all(servers[name], paths[:1], 1)
            first[name] = (time.perf_counter() - started) * 1_000
            load_all(servers[name], paths, 2 * len(paths))
        for _ in range(ROUNDS):
            for name, server in servers.items():
                before = server.cpu_seconds()
                load_all(server, paths, REQUESTS)
                cpu[name] += server.cpu_seconds() - before
    return {
        "listing_10k_over_100": cpu["10k"] / cpu["100"],
        "listing_100k_over_100": cpu["100k"] / cpu["100"],
        **{f"listing_{name}_after_change_ms": first[name] for name in SIZES},
    }


def load_all(server: Server, paths: list[str], requests: int) -> None:
    """Ask for `paths` in turn. Raises RuntimeError if one of them isn't answered with a page."""
    answers = asyncio.run(ask(server.port, paths, min(CONNECTIONS, requests), requests))
    if answers.errors:
        raise RuntimeError(f"{answers.errors} of {requests} requests failed: {answers.statuses}")
