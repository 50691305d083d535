"""Three hosts on one machine, each in a network namespace of its own: two for the site, one for all that is stored.

A cut in the network between them is silent, as when somebody pulls a cable. Visitors come by another network, which
isn't cut: the sockets that servers listen on belong to the machine itself.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from tests.processes import ServerProcess
from tests.running_site import PROJECT, build_small_site, environment, start_process
from tests.s3 import BUCKET, KEYS
from tests.services import run_postgresql, run_redis

# The address of the third host, by whichever cable.
STORAGE = "10.213.0.1"
S3_PORT = 9000
# All hosts have the same, and so has the test, which makes the token of a form.
SECRET_KEY = str(settings.SECRET_KEY)


class Host:
    """A network namespace, which ends with its first process."""

    def __init__(self) -> None:
        command = ["unshare", "--net", "sh", "-c", "echo && exec sleep infinity"]
        self._holder = start_process(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self._holder.stdout
        assert self._holder.stderr
        if not self._holder.stdout.readline():
            pytest.skip(f"This machine has no network namespaces: {self._holder.stderr.read().strip()}")
        self.pid = self._holder.pid
        # What a command begins with that runs here.
        self.within = ("nsenter", "--target", str(self.pid), "--net")
        self.ip("link", "set", "lo", "up")

    def ip(self, *arguments: str) -> None:
        """Run `ip` here."""
        subprocess.run([*self.within, "ip", *arguments], check=True)

    def end(self) -> None:
        """Remove it."""
        self._holder.kill()
        self._holder.communicate()


class WebHost(Host):
    """A host with a cable to the third one."""

    def __init__(self, number: int, storage: Host) -> None:
        super().__init__()
        self._storage, self._cable = storage, f"web{number}"
        network = f"10.213.{number}."
        self.ip("link", "add", "eth0", "type", "veth", "peer", "name", self._cable, "netns", str(storage.pid))
        self.ip("address", "add", f"{network}2/30", "dev", "eth0")
        self.ip("link", "set", "eth0", "up")
        self.ip("route", "add", "default", "via", f"{network}1")
        storage.ip("address", "add", f"{network}1/30", "dev", self._cable)
        storage.ip("link", "set", self._cable, "up")

    def cut_off(self) -> None:
        """Pull its cable, at the other end: nothing here notices it."""
        self._storage.ip("link", "set", self._cable, "down")

    def connect(self) -> None:
        """Put the cable back."""
        self._storage.ip("link", "set", self._cable, "up")


@dataclass
class Hosts:
    """The site on two hosts. `database` is the address of its database from the machine itself."""

    web: list[WebHost]
    servers: list[ServerProcess]
    database: str
    folders: list[Path]

    @property
    def log(self) -> str:
        """What servers and workers have printed."""
        return "".join((folder / "log").read_text(errors="replace") for folder in self.folders)


@contextmanager
def run_hosts(root: Path, **extra: str) -> Iterator[Hosts]:
    """Run the small site on two hosts, each with a server and a worker, and what it stores on a third."""
    with ExitStack() as stack:
        storage = Host()
        stack.callback(storage.end)
        storage.ip("address", "add", f"{STORAGE}/32", "dev", "lo")
        web = [WebHost(number, storage) for number in (1, 2)]
        for host in web:
            stack.callback(host.end)
        postgresql = stack.enter_context(run_postgresql(STORAGE, storage.within))
        redis = stack.enter_context(run_redis(STORAGE, storage.within))
        s3 = [*storage.within, sys.executable, "-m", "tests.s3", STORAGE, str(S3_PORT)]
        variables = {
            "SECRET_KEY": SECRET_KEY,
            "DATABASE_URL": f"postgres://galley@{STORAGE}/galley",
            "REDIS_URL": redis.url,
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT_URL": f"http://{STORAGE}:{S3_PORT}",
            "S3_REGION": "us-east-1",
            **KEYS,
            **extra,
        }
        folders = [root / "web1", root / "web2"]
        # A socket file is reached from any namespace.
        build_small_site(folders[0], DATABASE_URL=postgresql.url, SECRET_KEY=SECRET_KEY)
        folders[1].mkdir()
        with (root / "s3.log").open("w") as log:
            _tie(stack, start_process(s3, cwd=PROJECT, stdout=log, stderr=log))
        servers = []
        for host, folder in zip(web, folders, strict=True):
            servers.append(ServerProcess(folder, within=host.within, **variables))
            stack.callback(servers[-1].kill)
            worker = [*host.within, sys.executable, "manage.py", "worker"]
            with (folder / "log").open("a") as log:
                options = {"cwd": PROJECT, "env": environment(folder, **variables), "stdout": log, "stderr": log}
                _tie(stack, start_process(worker, **options))
        for server in servers:
            server.wait_until_ready()
        yield Hosts(web, servers, postgresql.url, folders)


def _tie(stack: ExitStack, process: subprocess.Popen) -> None:
    """End the process with the block."""
    stack.callback(process.wait)
    stack.callback(process.kill)
