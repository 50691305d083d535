"""The site as it really runs: uvicorn and the worker as processes of their own, on a database file of their own."""

import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quickstart.address import send_at_once

PROJECT = Path(__file__).resolve().parents[1]
# No word of any page: where it is found, it names the editor.
EDITOR = "wilhelmina"
# The same in all processes of a run.
EDITOR_PASSWORD = "only-for-tests-Tz4k"
# The numbers of the blog and its post on the small site.
BLOG_ID = 4
POST_ID = 7
# An address of this machine that is another host's to sites that run with `tests.e2e.settings`.
PUBLIC_ADDRESS = "127.0.0.7"
STARTS_WITHIN = 180  # seconds
DATABASE = "galley.sqlite3"


@dataclass(frozen=True)
class RunningSite:
    """Where a running site is, where it writes, and which process answers."""

    url: str
    var_dir: Path
    server: "Server"
    # What was printed before belongs to somebody else.
    log_start: int = 0

    @property
    def server_pid(self) -> int:
        """The id of the server's process."""
        return self.server.process.pid

    @property
    def log(self) -> str:
        """What server and worker have printed so far."""
        return (self.var_dir / "log").read_text(errors="replace")[self.log_start :]

    def restore(self, folder: Path) -> None:
        """Put database and media back as they are in `folder`; start the server if it was killed."""
        if self.server.process.poll() is not None:
            self.server.start()
        elif measures_coverage():
            # Some tests kill it. What it has measured for those before would be lost.
            self.server.end()
            self.server.start()
        self.wait_for_worker()
        shutil.copytree(folder / "media", self.var_dir / "media", dirs_exist_ok=True)
        with closing(read_into_memory(folder / DATABASE)) as source, self._database() as target:
            renew_version(source)
            source.backup(target)
        wait_until(self._shows_what_is_stored)

    def wait_for_worker(self) -> None:
        """Wait until the worker has done what was asked for, such as pictures."""
        try:
            wait_until(self._has_no_task_left)
        except TimeoutError:
            raise TimeoutError(f"A task of the worker doesn't end. {self.log[-5_000:]}") from None

    def add_colleague(self, username: str, first_name: str = "", last_name: str = "") -> None:
        """Add another editor, who has the rights and the password of the first."""
        change = "UPDATE colleague SET id = NULL, username = ?, first_name = ?, last_name = ?, email = ''"
        with self._database() as database:
            database.execute("CREATE TEMPORARY TABLE colleague AS SELECT * FROM auth_user")
            database.execute("DELETE FROM colleague WHERE username != ?", [EDITOR])
            database.execute(change, [username, first_name, last_name])
            database.execute("INSERT INTO auth_user SELECT * FROM colleague")
            database.commit()

    def _has_no_task_left(self) -> bool:
        # A task that is run later, as after a host that didn't answer, is not waited for. The year 9999 means now.
        query = """
            SELECT COUNT(*) FROM django_tasks_database_dbtaskresult
            WHERE status = 'RUNNING' OR status = 'READY'
            AND (run_after >= '9999-01-01' OR run_after <= STRFTIME('%Y-%m-%d %H:%M:%f', 'now'))
        """
        with self._database() as database:
            return not database.execute(query).fetchone()[0]

    def _shows_what_is_stored(self) -> bool:
        """Whether the page cache has noticed all that has changed on the pages."""
        query = """
            SELECT SUBSTR(page.url_path, LENGTH(home.url_path)) FROM wagtailcore_site AS site
            JOIN wagtailcore_page AS home ON home.id = site.root_page_id
            JOIN wagtailcore_page AS page ON page.path LIKE home.path || '%' AND page.live
        """
        with self._database() as database:
            paths = [path for (path,) in database.execute(query)]
        # A visitor with a cookie is answered by Django.
        return all(self._read(path) == self._read(path, cookie="sessionid=nobody") for path in paths)

    def _read(self, path: str, **headers: str) -> bytes:
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.url}{path}", headers=headers), timeout=STARTS_WITHIN
        ) as answer:
            return answer.read()

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.var_dir / DATABASE, timeout=STARTS_WITHIN)) as database:
            yield database


class Server:
    """The server's process, which can be killed and started anew at the same address."""

    def __init__(self, start: Callable[[], subprocess.Popen]) -> None:
        self._start = start
        self.process = start()

    def end(self) -> None:
        """End it as an operator does."""
        self.process.terminate()
        _end(self.process)

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
        # Some tests run it on PostgreSQL.
        "ALLOW_DEV_SETTINGS": "1",
        "DEBUG": "0",
        "GALLEY_VAR_DIR": str(var_dir),
        "GALLEY_EDITOR": EDITOR,
        "GALLEY_EDITOR_PASSWORD": EDITOR_PASSWORD,
        **extra,
    }


def build_small_site(var_dir: Path, migrated: Path | None = None, **extra: str) -> None:
    """Prepare database and media in `var_dir`: one page of every type, and the editor.

    With the file of a migrated database, that is copied instead of migrating another.
    """
    env = environment(var_dir, **extra)
    (var_dir / "media").mkdir(parents=True, exist_ok=True)
    if migrated:
        shutil.copyfile(migrated, var_dir / DATABASE)
    command = [sys.executable, "-m", "tests.e2e.seed", *([] if migrated else ["--migrate"])]
    with (var_dir / "session").open("w") as session:
        subprocess.run(command, cwd=PROJECT, env=env, check=True, stdout=session)


def read_session(var_dir: Path) -> str:
    """Return the key of a session of the editor on the site that `build_small_site` has prepared in `var_dir`."""
    return (var_dir / "session").read_text()


def start_process(command: Sequence[str | Path], *, when_orphaned: str = "TERM", **options: Any) -> subprocess.Popen:
    """Start a process that is sent the signal `when_orphaned` when this one ends, even by `kill -9`.

    That needs Linux. `options` are those of `subprocess.Popen`.
    """
    tied = ["setpriv", "--pdeathsig", when_orphaned] if shutil.which("setpriv") else []
    return subprocess.Popen([*tied, *command], **options)


@contextmanager
def run_site(
    var_dir: Path, *, project: Path = PROJECT, has_worker: bool = True, options: Sequence[str] = (), **extra: str
) -> Iterator[RunningSite]:
    """Run server and worker on what lies in `var_dir`; yield when the site answers. The server is given `options`."""
    # The socket listens before the server starts, so that the port is never taken by somebody else
    # and the first request waits for the server by itself.
    with socket.create_server(("127.0.0.1", 0)) as listener, (var_dir / "log").open("w") as log:
        send_at_once(listener)
        url = f"http://localhost:{listener.getsockname()[1]}"
        env = environment(var_dir, **{"WAGTAILADMIN_BASE_URL": url, **extra})
        serve = ["manage.py", "serve", "--fd", str(listener.fileno()), "--graceful-seconds", "2", *options]

        def start(*arguments: str) -> subprocess.Popen:
            command = [sys.executable, *arguments]
            return start_process(command, cwd=project, env=env, stdout=log, stderr=log, pass_fds=[listener.fileno()])

        server = Server(lambda: start(*serve))
        workers = [start("manage.py", "worker")] if has_worker else []
        site = RunningSite(url, var_dir, server)
        try:
            urllib.request.urlopen(f"{site.url}/health/ready", timeout=STARTS_WITHIN)
            yield site
        finally:
            for process in (server.process, *workers):
                process.terminate()
            for process in (server.process, *workers):
                _end(process)


def measures_coverage() -> bool:
    """Whether coverage measures the processes that are started, too. They write it when they end."""
    return "COVERAGE_PROCESS_CONFIG" in os.environ


def wait_until(condition: Callable[[], bool]) -> None:
    """Ask again and again until the answer is yes. Raises TimeoutError."""
    ends = time.monotonic() + STARTS_WITHIN
    while not condition():
        if time.monotonic() > ends:
            raise TimeoutError
        time.sleep(0.05)


def read_into_memory(path: Path) -> sqlite3.Connection:
    """Return a copy of the database in memory. Nobody may write to it.

    SQLite makes no file beside it, which another process might find while it copies the folder.
    """
    copy = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as source:
        source.backup(copy)
    return copy


def empty_log(path: Path) -> None:
    """Move what is in the write-ahead log into the database file, so that the file alone can be read and copied."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def renew_version(database: sqlite3.Connection) -> None:
    """Give a record of changes another number, so that caches take nothing that was stored before for current."""
    query = "UPDATE changes_change SET id = ? WHERE id = (SELECT MAX(id) FROM changes_change)"
    database.execute(query, [secrets.randbits(40)])
    database.commit()


def _end(process: subprocess.Popen) -> None:
    try:
        process.wait(timeout=60 if measures_coverage() else 10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
