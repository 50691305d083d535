"""Starts servers, and tells what their processes take."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quickstart.address import send_at_once
from tests.running_site import PROJECT, environment

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
STARTS_WITHIN = 60  # seconds

ASGI_SITE = ("manage", "serve", "--verbosity", "0")
WATCHED_SITE = (*ASGI_SITE, "--application", "benchmarks.pages.watched:application")
EMPTY_SITE = ("uvicorn", "benchmarks.pages.empty:application")
# One process like the others, with as many threads as Django's own advice for threaded workers goes.
WSGI_SITE = ("gunicorn", "benchmarks.pages.wsgi:application", "--workers", "1", "--threads", "8", "--keep-alive", "60")


@dataclass(frozen=True)
class Server:
    """A server that runs: its port, and the process that answers."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://localhost:{self.port}"

    def cpu_seconds(self) -> float:
        """Return how long its process has had a processor, for itself and in the kernel (proc(5), `stat`)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND

    def memory_mib(self) -> float:
        """Return how much memory the process has now, in MiB."""
        return self._status("VmRSS")

    def peak_memory_mib(self) -> float:
        """Return how much memory the process has had at the most, in MiB."""
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition(f"{name}:")[2].split()[0]) / 1024


@contextmanager
def running(site: tuple[str, ...], var_dir: Path, *, page_cache_mib: int = 0, **variables: str) -> Iterator[Server]:
    """Run the server `site` on what lies in `var_dir`; yield when it answers. Without MiB, it has no response cache."""
    module, *arguments = site
    with socket.create_server(("127.0.0.1", 0), backlog=2_048) as listener:
        send_at_once(listener)
        port, fd = listener.getsockname()[1], listener.fileno()
        bind = {
            "manage": ["--fd", str(fd)],
            "uvicorn": ["--fd", str(fd), "--no-access-log", "--log-level", "warning"],
            "gunicorn": ["--bind", f"fd://{fd}", "--log-level", "warning"],
        }
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments, *bind[module]],
            cwd=PROJECT,
            env=environment(var_dir, PAGE_CACHE_MIB=str(page_cache_mib), **variables),
            pass_fds=[fd],
        )
        try:
            _wait_for_answer(port)
            yield Server(port, _worker_of(process.pid) if module == "gunicorn" else process.pid)
        finally:
            process.terminate()
            process.wait()


def _wait_for_answer(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=STARTS_WITHIN) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        while connection.recv(1 << 16):
            pass


def _worker_of(pid: int) -> int:
    """Return the process that gunicorn's master has started."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        if children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            return int(children[0])
        time.sleep(0.05)
    raise TimeoutError("gunicorn has started no worker")
