"""The site on one process or several, each of which can be killed; what connects goes through a relay.

Use the fixture `two_processes` (with a Redis of their own), or `one_or_two_processes` for what must be the same with
one process in memory.
"""

import asyncio
import contextlib
import shutil
import socket
import sqlite3
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running_site import PROJECT, STARTS_WITHIN, environment, measures_coverage, start_process
from tests.services import RedisServer, run_redis


class ServerProcess:
    """One uvicorn on a port of its own."""

    def __init__(self, var_dir: Path, within: Sequence[str] = (), **extra: str) -> None:
        self._env = environment(var_dir, **extra)
        # What the command begins with, on another host.
        self._within = within
        self._log = var_dir / "log"
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
            self._start(listener)

    def _start(self, listener: socket.socket) -> None:
        # The first request waits in the listener's queue until the server is there. Only the server holds it
        # afterwards: when that is killed, connections are refused.
        command = ["manage.py", "serve", "--fd", str(listener.fileno()), "--graceful-seconds", "2"]
        with self._log.open("a") as log:
            self._process = start_process(
                [*self._within, sys.executable, *command],
                cwd=PROJECT,
                env=self._env,
                stdout=log,
                stderr=log,
                pass_fds=[listener.fileno()],
            )

    def wait_until_ready(self) -> None:
        """Return when the site answers."""
        urllib.request.urlopen(f"http://localhost:{self.port}/health/ready", timeout=STARTS_WITHIN)

    def end(self) -> None:
        """End it as an operator does."""
        self._process.terminate()
        self._process.wait()

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        self._process.kill()
        self._process.wait()

    def start_again(self) -> None:
        """Start it on the same port."""
        with socket.create_server(("127.0.0.1", self.port)) as listener:
            self._start(listener)


@dataclass
class Processes:
    """A site on several processes (or one): an editor comes to the first, screens to the last."""

    servers: list[ServerProcess]
    redis: RedisServer | None
    var_dir: Path

    @property
    def first(self) -> ServerProcess:
        """Where editors are connected."""
        return self.servers[0]

    @property
    def last(self) -> ServerProcess:
        """Where screens are connected."""
        return self.servers[-1]

    def lose(self, server: ServerProcess) -> None:
        """Kill the server; if it was the only one, start it again."""
        server.kill()
        if len(self.servers) == 1:
            server.start_again()

    def query(self, sql: str) -> list[tuple]:
        """Ask the site's database."""
        with contextlib.closing(sqlite3.connect(self.var_dir / "galley.sqlite3")) as connection:
            return connection.execute(sql).fetchall()

    def log(self) -> str:
        """What the servers have printed so far."""
        return (self.var_dir / "log").read_text(errors="replace")


@contextlib.asynccontextmanager
async def relay(*servers: ServerProcess) -> AsyncIterator[str]:
    """A load balancer: takes each connection to the first of `servers` that lives. Yields its address."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for server in servers:
            with contextlib.suppress(OSError):
                from_server, to_server = await asyncio.open_connection("127.0.0.1", server.port)
                await asyncio.gather(pump(reader, to_server), pump(from_server, writer))
                return
        writer.close()

    listener = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield f"http://localhost:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()


@contextlib.contextmanager
def run_processes(var_dir: Path, count: int, redis: RedisServer | None) -> Iterator[Processes]:
    """Run the site that lies in `var_dir` on `count` processes."""
    extra = {"REDIS_URL": redis.url} if redis else {}
    processes = Processes([ServerProcess(var_dir, **extra) for _ in range(count)], redis, var_dir)
    try:
        for server in processes.servers:
            server.wait_until_ready()
        yield processes
    finally:
        for server in processes.servers:
            if measures_coverage():
                server.end()
            else:
                server.kill()


@pytest.fixture
def two_processes(small_site_folder: Path, tmp_path: Path) -> Iterator[Processes]:
    """The small site on two processes with a Redis of their own."""
    shutil.copytree(small_site_folder, tmp_path / "var")
    with run_redis() as redis, run_processes(tmp_path / "var", 2, redis) as processes:
        yield processes


@pytest.fixture
def one_process(small_site_folder: Path, tmp_path: Path) -> Iterator[Processes]:
    """The small site on one process, without Redis."""
    shutil.copytree(small_site_folder, tmp_path / "var")
    with run_processes(tmp_path / "var", 1, None) as processes:
        yield processes


@pytest.fixture(params=["one_process", "two_processes"])
def one_or_two_processes(request: pytest.FixtureRequest, small_site_folder: Path) -> Processes:
    """The small site on one process in memory, and on two with Redis."""
    return request.getfixturevalue(request.param)
