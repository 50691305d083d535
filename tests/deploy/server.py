"""A server as `deploy/install` leaves it, in a folder: nginx with TLS in front, a repository, the command `galley`."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running_site import PROJECT, start_process

# Where no packages have to be installed, the environment of the tests is that of each release.
BORROWED_PACKAGES = f"""#!/bin/sh
echo "$@" > uv-arguments
mkdir -p .venv/bin
printf '#!/bin/sh\\nexec {sys.executable} "$@"\\n' > .venv/bin/python
chmod +x .venv/bin/python
"""


@dataclass
class DebianServer:
    """The folder `root`, and the address `url` that nginx answers at."""

    root: Path
    url: str
    environment: dict[str, str]

    @property
    def source(self) -> Path:
        """The working copy of the developers, which the server fetches from."""
        return self.root / "source"

    @property
    def command(self) -> Path:
        """The command `galley` as it is installed."""
        return Path(self.environment["GALLEY_COMMAND"])

    def galley(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command as the operator does."""
        command = [self.command, *arguments]
        # A file, not a pipe: the processes that it starts go on.
        with (self.root / "galley.log").open("w+") as log:
            run = subprocess.run(command, env=self.environment, stdout=log, stderr=log, text=True, check=False)
            log.seek(0)
            run.stdout = log.read()
        return run

    def commit(self, subject: str) -> str:
        """Commit all that has changed in the source, and return the revision."""
        name = ["-c", "user.name=Galley", "-c", "user.email=galley@localhost"]
        self.git("add", "--all")
        self.git(*name, "commit", "--quiet", "--no-verify", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        """Run git in the source, and return what it prints."""
        run = subprocess.run(["git", *arguments], cwd=self.source, check=True, capture_output=True, text=True)
        return run.stdout.strip()

    def clone_repository(self) -> None:
        """Make the copy that the server fetches into, as `deploy/install` does."""
        command = ["git", "clone", "--quiet", "--mirror", self.source, self.root / "srv/repository"]
        subprocess.run(command, check=True)

    def kill_web(self) -> None:
        """End the web process as a power cut does."""
        for file in (self.root / "srv/run").glob("web-*.pid"):
            os.kill(int(file.read_text()), signal.SIGKILL)


@contextmanager
def debian_server(root: Path, *, own_packages: bool, **settings: str) -> Iterator[DebianServer]:
    """Set a server up in `root`, whose source is an empty repository in `source`.

    With `own_packages`, each release installs its packages; else it borrows those of the tests.
    `settings` are written to its environment file.
    """
    skip_without("nginx", "curl", "openssl", "setpriv", "flock")
    http, https, *ports = _free_ports(4)
    url = f"https://localhost:{https}"
    env_file, upstream, conf = (root / name for name in ("galley.env", "upstream.conf", "nginx.conf"))
    (root / "source").mkdir()
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", root / "source"], check=True)
    (root / "srv/var").mkdir(parents=True)
    settings = {"ALLOWED_HOSTS": "localhost", "WAGTAILADMIN_BASE_URL": url, **settings}
    env_file.write_text("".join(f'{name}="{value}"\n' for name, value in settings.items()))
    key, certificate = root / "key.pem", root / "certificate.pem"
    _make_certificate(key, certificate)
    site = (PROJECT / "deploy/nginx.conf").read_text()
    for old, new in {
        "/etc/nginx/galley-upstream.conf": str(upstream),
        "/etc/ssl/certs/galley.example.org.pem": str(certificate),
        "/etc/ssl/private/galley.example.org.key": str(key),
        "galley.example.org": "localhost",
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 443 ssl": f"listen 127.0.0.1:{https} ssl",
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
        "/var/log/nginx": str(root),
        "$host$": f"$host:{https}$",
        "Host $host": "Host $http_host",
    }.items():
        assert old in site, old
        site = site.replace(old, new)
    folders = "".join(
        f"{kind}_temp_path {root}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if not os.getuid() else ""
    conf.write_text(f"{user} pid {root}/nginx.pid; events {{}} http {{ {folders} {site} }}")
    programs = root / "bin"
    programs.mkdir()
    if not own_packages:
        (programs / "uv").write_text(BORROWED_PACKAGES)
        (programs / "uv").chmod(0o755)
    shutil.copy(PROJECT / "deploy/galley", programs / "galley")
    environment = os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}:/usr/sbin",
        "GALLEY_COMMAND": str(programs / "galley"),
        "GALLEY_UNITS": str(root / "units"),
        "GALLEY_ROOT": str(root / "srv"),
        "GALLEY_ENV": str(env_file),
        "GALLEY_USER": "root",
        "GALLEY_UPSTREAM": str(upstream),
        "GALLEY_NGINX": f"nginx -e {root}/error.log -c {conf}",
        # Seconds, for the requests of visitors. Most tests have none.
        "GALLEY_DRAIN": "0.1",
        "GALLEY_PORTS": " ".join(str(port) for port in ports),
        # Only the environment file says which settings apply.
        "DJANGO_SETTINGS_MODULE": "",
    }
    upstream.write_text(
        "".join(
            f"server 127.0.0.1:{port} max_fails=0{kind};\n" for port, kind in zip(ports, ("", " backup"), strict=True)
        )
    )
    nginx = start_process(
        [shutil.which("nginx") or "/usr/sbin/nginx", "-e", root / "error.log", "-c", conf, "-g", "daemon off;"]
    )
    try:
        yield DebianServer(root, url, environment)
    finally:
        for file in (root / "srv/run").glob("*.pid"):
            with suppress(ProcessLookupError):
                os.kill(int(file.read_text()), signal.SIGTERM)
        nginx.terminate()
        nginx.wait()


def skip_without(*programs: str) -> None:
    """Skip the test if one of `programs` is absent."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    for program in programs:
        if not shutil.which(program, path=path):
            pytest.skip(f"{program} is absent: apt-get install nginx curl openssl util-linux systemd caddy")


def _free_ports(number: int) -> list[int]:
    """Return ports that nobody listens on, below those that the system gives to connections."""
    free: list[int] = []
    candidates = random.sample(range(20_000, 32_000), 200)
    while len(free) < number:
        port = candidates.pop()
        with socket.socket() as candidate:
            if candidate.connect_ex(("127.0.0.1", port)):
                free.append(port)
    return free


def _make_certificate(key: Path, certificate: Path) -> None:
    files = ["-keyout", key, "-out", certificate]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*command, *files], check=True, capture_output=True)
