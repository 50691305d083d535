"""What a page costs without the response cache: processor time, and requests a second under ASGI and WSGI.

The unit is the processor time of an async Django view that answers with nothing, in a project without middleware, under
the same uvicorn, for as many connections.
"""

import asyncio

from benchmarks.figures import Figures
from benchmarks.pages.load import Answers, ask
from benchmarks.pages.servers import ASGI_SITE, EMPTY_SITE, WSGI_SITE, Server, running
from benchmarks.pages.sites import LISTING, POST, Sites

CONNECTIONS = 32
PAGES = {"post": POST, "listing": LISTING}
REQUESTS = 1_500
ROUNDS = 3


def measure_cost(sites: Sites) -> Figures:
    """Return the cost of a post and a listing, and how much more than WSGI ASGI carries of both."""
    var_dir = sites.with_posts(100)
    cpu: dict[str, float] = dict.fromkeys(("empty", *PAGES), 0.0)
    seconds = {"asgi": 0.0, "wsgi": 0.0}
    errors = 0
    with (
        running(EMPTY_SITE, var_dir) as empty,
        running(ASGI_SITE, var_dir) as asgi,
        running(WSGI_SITE, var_dir) as wsgi,
    ):
        for server in (asgi, wsgi):
            load(server, [*PAGES.values()], CONNECTIONS * 4)
        load(empty, ["/"], CONNECTIONS * 4)
        # In turns, so that whatever else the machine does meets all of them alike.
        for _ in range(ROUNDS):
            cpu["empty"] += load(empty, ["/"], REQUESTS)[0]
            for name, path in PAGES.items():
                used, answers = load(asgi, [path], REQUESTS // 3)
                cpu[name] += used
                seconds["asgi"] += answers.seconds
                under_wsgi = load(wsgi, [path], REQUESTS // 3)[1]
                seconds["wsgi"] += under_wsgi.seconds
                errors += answers.errors + under_wsgi.errors
    unit = cpu["empty"] / REQUESTS
    return {
        "uncached_asgi_over_wsgi": seconds["wsgi"] / seconds["asgi"],
        **{f"{name}_cpu_units": cpu[name] / (REQUESTS // 3) / unit for name in PAGES},
        "unit_cpu_ms": unit / ROUNDS * 1_000,
        "uncached_errors": errors,
    }


def load(server: Server, paths: list[str], requests: int) -> tuple[float, Answers]:
    """Ask `server` for `paths` so many times; return the seconds of processor time that it took, and the answers."""
    before = server.cpu_seconds()
    answers = asyncio.run(ask(server.port, paths, CONNECTIONS, requests))
    return server.cpu_seconds() - before, answers
