"""A site as in production, on this machine: nginx, two server processes, a worker, PostgreSQL and Redis."""

import secrets
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller

from benchmarks.lighthouse.front import Front, run_nginx
from benchmarks.pages.editor import Post, seed_editor
from benchmarks.pages.sites import run_module
from benchmarks.ports import find_port
from tests.running_site import PROJECT, environment, start_process, wait_until
from tests.services import run_postgresql, run_redis

LEAKING = "benchmarks.soak.leaking:application"
METRICS_TOKEN = secrets.token_urlsafe()


class MailServer:
    """Takes every mail, and counts them: the handler of an SMTP server."""

    def __init__(self) -> None:
        self.mails = 0

    async def handle_DATA(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802  (aiosmtpd's)
        """Take a mail."""
        self.mails += 1
        return "250 Taken"


@dataclass
class SoakedSite:
    """The site, what it writes to, and its processes by name."""

    front: Front
    folder: Path
    database: str
    redis: str
    posts: dict[str, Post]
    shared_path: str
    processes: dict[str, int]
    mail_server: MailServer

    @property
    def url(self) -> str:
        """Its address."""
        return self.front.url


@contextmanager
def run_soaked_site(number_of_posts: int, *, is_leaking: bool) -> Iterator[SoakedSite]:
    """Build the sample site with so many generated posts beside it, and run it. Leaking, it is the control."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="galley-soak-")))
        for name in ("var", "tmp", "nginx"):
            (folder / name).mkdir()
        ports = [find_port(), find_port()]
        front = stack.enter_context(run_nginx(folder / "nginx", *(f"http://localhost:{port}" for port in ports)))
        mail_server = MailServer()
        smtp = Controller(mail_server, hostname="127.0.0.1", port=find_port())
        smtp.start()
        stack.callback(smtp.stop)
        database = stack.enter_context(run_postgresql()).url
        redis = stack.enter_context(run_redis()).url
        settings = {
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": "localhost",
            "WAGTAILADMIN_BASE_URL": front.url,
            "DATABASE_URL": database,
            "REDIS_URL": redis,
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}",
            "TRUSTED_PROXY_COUNT": "1",
            "METRICS_TOKEN": METRICS_TOKEN,
            "TMPDIR": str(folder / "tmp"),
            # As in the units.
            "MALLOC_ARENA_MAX": "2",
            "MALLOC_MMAP_THRESHOLD_": "131072",
        }
        posts, shared_path = _build(folder / "var", number_of_posts, settings)
        serve = ["serve", *(["--application", LEAKING] if is_leaking else [])]
        commands = {f"web {number}": [*serve, "--port", str(port)] for number, port in enumerate(ports, 1)}
        commands |= {"worker": ["worker"]}
        log = stack.enter_context((folder / "var/log").open("w"))
        processes = {}
        for name, command in commands.items():
            process = start_process(
                [sys.executable, "manage.py", *command],
                cwd=PROJECT,
                env=environment(folder / "var", **settings),
                stdout=log,
                stderr=log,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            processes[name] = process.pid
        for port in ports:
            wait_until(lambda port=port: _is_ready(port))  # type: ignore[misc]
        yield SoakedSite(front, folder, database, redis, posts, shared_path, processes, mail_server)


def _build(var_dir: Path, number_of_posts: int, settings: dict[str, str]) -> tuple[dict[str, Post], str]:
    """Fill the site; return the posts that are worked on, and the address at which guests see the one that is typed."""
    for command in (["migrate"], ["collectstatic", "--noinput"], ["load_sample_site"]):
        run_module(var_dir, "manage", *command, "--verbosity", "0", **settings)
    run_module(var_dir, "benchmarks.generate_posts", str(number_of_posts), **settings)
    posts = seed_editor(var_dir, **settings)
    return posts, run_module(var_dir, "benchmarks.preview.share", str(posts["typed"].id), **settings)


def _is_ready(port: int) -> bool:
    headers = {"Host": "localhost", "X-Forwarded-Proto": "https"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health/ready", headers=headers)
    try:
        urllib.request.urlopen(request)  # noqa: S310  (our own server)
    except OSError:
        return False
    return True
