"""Real PostgreSQL and Redis for the tests that need them, each started for one run in a folder of its own.

Use the fixtures `postgresql_url` and `redis_url`; without the program, the test is skipped with the command that
brings it.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest

from tests.running_site import start_process, wait_until


class PostgreSQLServer:
    """A PostgreSQL whose data and socket lie in `folder`. `url` is the address of an empty database.

    With `host`, it listens there too; `within` is what its command begins with, on another host.
    """

    def __init__(
        self, programs: Path, folder: Path, user: str | None, host: str = "", within: Sequence[str] = ()
    ) -> None:
        self._host, self._within = host, within
        self.url = f"postgres://galley@{quote(str(folder), safe='')}/galley"
        self._programs, self._folder, self._user = programs, folder, user
        arguments = ["--username", "galley", "--auth", "trust", "--encoding", "UTF8", "--no-sync"]
        self._run("initdb", "--pgdata", str(folder / "data"), *arguments)
        if host:
            with (folder / "data/pg_hba.conf").open("a") as rules:
                rules.write("host all all 10.0.0.0/8 trust\n")
        self.start()
        self._run("createdb", "--host", str(folder), "--username", "galley", "galley")

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._programs / program, *arguments]
        subprocess.run(command, user=self._user, cwd=self._folder, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [self._programs / "postgres", "-D", self._folder / "data", "-h", self._host, "-k", self._folder, "-F"]
        user = self._user
        if self._within:
            # Only root enters another host. The kernel forgets the signal where the account changes.
            account = ["--reuid", user, "--regid", user, "--clear-groups", "--pdeathsig", "QUIT"] if user else []
            command, user = [*self._within, "setpriv", *account, *command], None
        self._process = start_process(
            command,
            when_orphaned="QUIT",
            user=user,
            cwd=self._folder,
            stderr=subprocess.DEVNULL,
        )
        is_ready = [self._programs / "pg_isready", "--host", self._folder, "--quiet"]
        wait_until(lambda: subprocess.run(is_ready, check=False).returncode == 0)

    def kill(self) -> None:
        """End it at once, with all its connections, as a failing host would."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()


@contextmanager
def run_postgresql(host: str = "", within: Sequence[str] = ()) -> Iterator[PostgreSQLServer]:
    """Run an empty PostgreSQL for the length of the block; with `host`, within another host."""
    programs = _postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is absent: apt-get install postgresql")
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.getuid() == 0 else None
    with _temporary_folder("galley-postgresql-", owner=user) as folder:
        server = PostgreSQLServer(programs, folder, user, host, within)
        try:
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with run_postgresql() as server:
        yield server.url


class RedisServer:
    """A Redis whose data lie in `folder`. It listens at a socket file there; with `host`, at that address."""

    def __init__(self, program: str, folder: Path, host: str = "", within: Sequence[str] = ()) -> None:
        self.url = f"redis://{host}:6379/0" if host else f"unix://{folder / 'redis.sock'}"
        address = ["--bind", host, "--protected-mode", "no"] if host else ["--port", "0"]
        arguments = ["--unixsocket", str(folder / "redis.sock"), "--save", "", "--dir", str(folder)]
        self._command = [*within, program, *address, *arguments]

    def start(self) -> None:
        """Start it, and wait for the line in its log that says that it is ready."""
        self._process = start_process(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        if not any("ready to accept connections" in line.lower() for line in self._process.stdout):
            pytest.fail("redis-server ended before it was ready")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.communicate(timeout=10)


@contextmanager
def run_redis(host: str = "", within: Sequence[str] = ()) -> Iterator[RedisServer]:
    """Run an empty Redis for the length of the block; with `host`, within another host."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is absent: apt-get install redis-server")
    with _temporary_folder("galley-redis-") as folder:
        server = RedisServer(program, folder, host, within)
        server.start()
        try:
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of an empty Redis."""
    with run_redis() as server:
        yield server.url


class SilentServer:
    """A server that takes connections, counts them, and never answers."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}"
        self._connections: list[socket.socket] = []
        self._thread = Thread(target=self._take)
        self._thread.start()

    def _take(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            self._connections.append(connection)
            if connection.recv(4) == b"stop":
                return

    def stop(self) -> int:
        """End it, with all its connections. Return how many there were."""
        if not self._thread.is_alive():
            return len(self._connections) - 1
        with socket.create_connection(self._listener.getsockname()) as last:
            last.send(b"stop")
            self._thread.join()
        for connection in [*self._connections, self._listener]:
            connection.close()
        return len(self._connections) - 1


@pytest.fixture
def silent() -> Iterator[SilentServer]:
    """A server that takes connections and never answers, as on a host that is cut off."""
    server = SilentServer()
    yield server
    server.stop()


def _postgresql_programs() -> Path | None:
    """The folder with initdb and pg_ctl; Debian keeps it out of PATH."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def _temporary_folder(prefix: str, owner: str | None = None) -> Iterator[Path]:
    # Under the system's folder, not pytest's: a socket's path may have 107 characters, and the owner must reach it.
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    if owner:
        shutil.chown(folder, owner)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
