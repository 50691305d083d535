"""WSGI against ASGI at 1, 32, 256 and 1,000 connections: without the response cache, with it, and with idle sockets.

All of it is this same site: gunicorn's threads, uvicorn without the cache, uvicorn with it. The site under WSGI has no
live preview, so the row with 500 open sockets is uvicorn's alone.
"""

import asyncio
from contextlib import ExitStack

from benchmarks.figures import Figures
from benchmarks.pages.editor import seed_editor
from benchmarks.pages.idle_sockets import idle_sockets
from benchmarks.pages.servers import ASGI_SITE, WSGI_SITE, Server, running
from benchmarks.pages.sites import LISTING, POST, Sites
from benchmarks.pages.wrk import load

CONNECTIONS = (1, 32, 256, 1_000)
SECONDS = 3
IDLE_SOCKETS = 500
PATHS = (POST, LISTING)


def measure_connections(sites: Sites) -> Figures:
    """Return requests a second by server and number of connections, and how many failed."""
    figures: Figures = {"connections_errors": 0}
    with ExitStack() as stack:
        # One server may run on a site without Redis: each has a site of its own.
        folders = {name: stack.enter_context(sites.copied(100)) for name in ("wsgi", "asgi", "cached")}
        posts = {name: seed_editor(folder)["published"] for name, folder in folders.items()}
        servers = {
            "wsgi": stack.enter_context(running(WSGI_SITE, folders["wsgi"])),
            "asgi": stack.enter_context(running(ASGI_SITE, folders["asgi"])),
            "cached": stack.enter_context(running(ASGI_SITE, folders["cached"], page_cache_mib=64)),
        }
        for server in servers.values():
            asyncio.run(load(server.port, PATHS, 8, 1))
        for connections in CONNECTIONS:
            for name, server in servers.items():
                _note(figures, f"{name}_at_{connections}", server, connections)
        for name in ("asgi", "cached"):
            with idle_sockets(servers[name], folders[name], posts[name].id, IDLE_SOCKETS):
                _note(figures, f"{name}_with_sockets_at_32", servers[name], 32)
    return figures


def _note(figures: Figures, name: str, server: Server, connections: int) -> None:
    visitors = asyncio.run(load(server.port, PATHS, connections, SECONDS))
    figures[f"{name}_per_second"] = visitors.rate
    figures[f"{name}_p99_ms"] = visitors.p99_ms
    figures["connections_errors"] += visitors.errors
