"""Visitors with a bad connection, who read a long page a little at a time: what everybody else gets meanwhile."""

import asyncio
import socket
from contextlib import ExitStack

from benchmarks.figures import Figures
from benchmarks.pages.servers import ASGI_SITE, WSGI_SITE, Server, running
from benchmarks.pages.sites import POST, Sites, run_module
from benchmarks.pages.wrk import Report, load

WORDS = 40_000
READERS = 64
# The smallest window that Linux gives; a phone at the edge of its network is not quicker.
RECEIVE_BUFFER = 2_304  # bytes
BYTES_AT_ONCE = 512
PAUSE = 0.2  # seconds
OTHERS = 8
SECONDS = 4


def measure_slow_readers(sites: Sites) -> Figures:
    """Return requests a second of the others, under each server, without and with the slow ones."""
    figures: Figures = {}
    with ExitStack() as stack:
        # One server may run on a site without Redis: each has a site of its own.
        folders = {name: stack.enter_context(sites.copied(100)) for name in ("wsgi", "asgi", "cached")}
        [path] = {run_module(folder, "benchmarks.pages.long_page", str(WORDS)) for folder in folders.values()}
        servers = {
            "wsgi": stack.enter_context(running(WSGI_SITE, folders["wsgi"])),
            "asgi": stack.enter_context(running(ASGI_SITE, folders["asgi"])),
            "cached": stack.enter_context(running(ASGI_SITE, folders["cached"], page_cache_mib=64)),
        }
        for name, server in servers.items():
            alone, beside = asyncio.run(_compare(server, path))
            figures[f"{name}_without_slow_readers_per_second"] = alone.rate
            figures[f"{name}_with_slow_readers_per_second"] = beside.rate
            figures[f"{name}_with_slow_readers_p99_ms"] = beside.p99_ms
    return figures


async def _compare(server: Server, path: str) -> tuple[Report, Report]:
    await load(server.port, [POST, path], OTHERS, 1)
    alone = await load(server.port, [POST], OTHERS, SECONDS)
    async with asyncio.TaskGroup() as group:
        readers = [group.create_task(_read_slowly(server.port, path)) for _ in range(READERS)]
        # Each has its first bytes by then, or waits for a thread.
        await asyncio.sleep(1)
        beside = await load(server.port, [POST], OTHERS, SECONDS)
        for reader in readers:
            reader.cancel()
    return alone, beside


async def _read_slowly(port: int, path: str) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket() as reader:
        reader.setblocking(False)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        await loop.sock_connect(reader, ("127.0.0.1", port))
        await loop.sock_sendall(reader, f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        while await loop.sock_recv(reader, BYTES_AT_ONCE):  # noqa: ASYNC110  (their own pace; nothing is waited for)
            await asyncio.sleep(PAUSE)
