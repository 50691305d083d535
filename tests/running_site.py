"""The site as it really runs: uvicorn and the worker as processes of their own, on a database file of their own."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from quickstart.address import send_at_once

PROJECT = Path(__file__).resolve().parents[1]
# No word of any page: where it is found, it names the editor.
EDITOR = "wilhelmina"
EDITOR_PASSWORD = token_urlsafe(12)
STARTS_WITHIN = 60  # seconds


@dataclass(frozen=True)
class RunningSite:
    """Where a running site is, where it writes, and which process answers."""

    url: str
    var_dir: Path
    server: "Server"

    @property
    def server_pid(self) -> int:
        """The id of the server's process."""
        return self.server.process.pid

    @property
    def log(self) -> str:
        """What server and worker have printed so far."""
        return (self.var_dir / "log").read_text(errors="replace")


class Server:
    """The server's process, which can be killed and started anew at the same address."""

    def __init__(self, start: Callable[[], subprocess.Popen]) -> None:
        self._start = start
        self.process = start()

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait()

    def start(self) -> None:
        """Start it again."""
        self.process = self._start()


def environment(var_dir: Path, **extra: str) -> dict[str, str]:
    """The environment of a site whose files lie in `var_dir`: the developer's settings, without DEBUG."""
    return {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}},
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DEBUG": "0",
        "GALLEY_VAR_DIR": str(var_dir),
        "GALLEY_EDITOR": EDITOR,
        "GALLEY_EDITOR_PASSWORD": EDITOR_PASSWORD,
        **extra,
    }


def build_small_site(var_dir: Path, **extra: str) -> None:
    """Prepare database and media in `var_dir`: one page of every type, and the editor."""
    for command in (["manage.py", "migrate", "--verbosity", "0"], ["-m", "tests.e2e.seed"]):
        subprocess.run([sys.executable, *command], cwd=PROJECT, env=environment(var_dir, **extra), check=True)


@contextmanager
def run_site(var_dir: Path, **extra: str) -> Iterator[RunningSite]:
    """Run server and worker on what lies in `var_dir`; yield when the site answers."""
    # The socket listens before the server starts, so that the port is never taken by somebody else
    # and the first request waits for the server by itself.
    with socket.create_server(("127.0.0.1", 0)) as listener, (var_dir / "log").open("w") as log:
        send_at_once(listener)
        url = f"http://localhost:{listener.getsockname()[1]}"
        env = environment(var_dir, **{"WAGTAILADMIN_BASE_URL": url, **extra})
        serve = ["manage.py", "serve", "--fd", str(listener.fileno()), "--graceful-seconds", "2"]

        def start(*arguments: str) -> subprocess.Popen:
            command = [sys.executable, *arguments]
            return subprocess.Popen(command, cwd=PROJECT, env=env, stdout=log, stderr=log, pass_fds=[listener.fileno()])

        server = Server(lambda: start(*serve))
        worker = start("manage.py", "worker")
        site = RunningSite(url, var_dir, server)
        try:
            urllib.request.urlopen(f"{site.url}/health/ready", timeout=STARTS_WITHIN)
            yield site
        finally:
            for process in (server.process, worker):
                process.terminate()
            for process in (server.process, worker):
                _end(process)


def _end(process: subprocess.Popen) -> None:
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
