"""How much memory a million requests take: what the process has at the most, and by how much it grows.

They ask for all kinds of pages, and among them for addresses that nobody asked for before, as robots do:
the cache has to bear both.
"""

import asyncio

from benchmarks.figures import Figures
from benchmarks.pages.mix import find_mix
from benchmarks.pages.servers import WATCHED_SITE, Server, running
from benchmarks.pages.sites import Sites
from benchmarks.pages.wrk import load

REQUESTS = 1_000_000
CONNECTIONS = 64
PAGE_CACHE_MIB = 48
# By then all pages are kept, and what is loaded when it is first needed is there.
WARM_UP_SECONDS = 60
SECONDS = 20
STRANGE_ADDRESSES = 1_000


def measure_memory(sites: Sites) -> Figures:
    """Return the peak and the growth in MiB, the number of requests and how many of them failed."""
    with running(WATCHED_SITE, sites.with_posts(100), page_cache_mib=PAGE_CACHE_MIB) as server:
        return asyncio.run(_ask_a_million_times(server))


async def _ask_a_million_times(server: Server) -> Figures:
    mix = [*find_mix(server) * 100, *(f"/blog/?page={number}&seen=by-robots" for number in range(STRANGE_ADDRESSES))]
    await load(server.port, mix, CONNECTIONS, WARM_UP_SECONDS)
    before = server.memory_mib()
    requests = errors = 0
    while requests < REQUESTS:
        visitors = await load(server.port, mix, CONNECTIONS, SECONDS)
        requests += visitors.requests
        errors += visitors.errors
    return {
        "growth_mib": server.memory_mib() - before,
        "peak_mib": server.peak_memory_mib(),
        "memory_requests": requests,
        "memory_errors": errors,
    }
