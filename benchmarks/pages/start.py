"""How long the server takes from its start to the first page, on a site that is there already."""

import time

from benchmarks.figures import Figures
from benchmarks.pages.servers import ASGI_SITE, running
from benchmarks.pages.sites import Sites


def measure_start(sites: Sites) -> Figures:
    """Return the milliseconds until the home page is served."""
    var_dir = sites.with_posts(100)
    started = time.perf_counter()
    with running(ASGI_SITE, var_dir):
        return {"start_ms": (time.perf_counter() - started) * 1_000}
