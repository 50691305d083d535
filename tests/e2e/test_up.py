"""`manage.py up`, run as a person runs it."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.running_site import DATABASE, PROJECT, environment, start_process, wait_until

PATIENCE = 120  # seconds
RUNNING = r"Stop it with Ctrl-C"


class Up:
    """One run of `manage.py up`, and what it has printed so far."""

    def __init__(self, var_dir: Path, port: int) -> None:
        self.var_dir = var_dir
        self.url = f"http://localhost:{port}"
        self.output = ""
        env = environment(var_dir, PYTHONUNBUFFERED="1")
        del env["DEBUG"]
        command = [sys.executable, "manage.py", "up", "--port", str(port)]
        self.process = start_process(
            command, cwd=PROJECT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def read_until(self, pattern: str) -> "re.Match[str]":
        """Read on until a line matches."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            if match := re.search(pattern, line):
                return match
        pytest.fail(f"it ended before it said '{pattern}':\n{self.output}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; return the exit code when everything has ended."""
        self.process.send_signal(number)
        self.output += self.process.communicate(timeout=PATIENCE)[0]
        return self.process.returncode

    @property
    def password(self) -> str | None:
        found = re.search(r"Its password:\s+(\S+)", self.output)
        return found and found[1]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def up(tmp_path: Path, port: int) -> Iterator[Callable[[], Up]]:
    """Start `up` in a folder of the test's own, as often as it likes."""
    with started_runs() as start:
        yield lambda: start(tmp_path / "var", port)


@pytest.fixture(scope="module")
def running(small_site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A run on a site that somebody has set up already, so that `up` has little to do; shared by the tests below."""
    var_dir = tmp_path_factory.mktemp("up") / "var"
    shutil.copytree(small_site_folder, var_dir)
    with started_runs() as start:
        run = start(var_dir, free_port())
        run.read_until(RUNNING)
        yield run


@contextmanager
def started_runs() -> Iterator[Callable[[Path, int], Up]]:
    """Yield what starts a run; end all of them at the end."""
    runs: list[Up] = []

    def start(var_dir: Path, port: int) -> Up:
        runs.append(Up(var_dir, port))
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.communicate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def can_log_in(url: str, password: str | None) -> bool:
    """Log in as a browser does."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    browser.open(f"{url}/admin/login/", timeout=PATIENCE).read()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    form = {"username": "admin", "password": password or "", "csrfmiddlewaretoken": token or ""}
    browser.open(f"{url}/admin/login/", urllib.parse.urlencode(form).encode(), timeout=PATIENCE).read()
    return any(cookie.name == "sessionid" for cookie in jar)


def status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:
        return response.status


@pytest.mark.parametrize(
    "moments",
    [
        ["Page "],
        pytest.param(
            [r"Database: step \d+", "The database is ready", "Picture ", "Page ", "The content is ready"],
            marks=pytest.mark.nightly,
        ),
    ],
    ids=["one", "all"],
)
def test_one_command_serves_the_site_also_after_a_first_run_was_killed_and_the_next_start_keeps_it(
    up: Callable[[], Up], port: int, tmp_path: Path, migrated_database: Path, moments: list[str]
) -> None:
    data = tmp_path / "var" / DATABASE
    if len(moments) == 1:  # migrating takes longest, and is over by then; `migrated_database` does it as `up` does
        data.parent.mkdir()
        shutil.copyfile(migrated_database, data)
    for moment in moments:
        killed = up()
        killed.read_until(moment)
        killed.stop(signal.SIGKILL)
        assert killed.password is None

    first = up()
    first.read_until(RUNNING)
    for path in ("/", "/blog/", "/portfolio/", "/contact/", "/admin/login/", "/health/ready"):
        assert status(first.url + path) == 200
    assert first.output.count("Its password:") == 1
    assert can_log_in(first.url, first.password)
    assert not can_log_in(first.url, "admin")
    assert all(place in first.output for place in (f"{first.url}/\n", f"{first.url}/admin/\n", "changepassword admin"))
    with sqlite3.connect(data) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        slugs = [slug for (slug,) in database.execute("SELECT slug FROM wagtailcore_page WHERE depth = 3")]
        assert len(slugs) == len(set(slugs))
        assert {"blog", "portfolio", "contact"} <= set(slugs)
        database.execute("UPDATE wagtailcore_page SET title = 'Kept' WHERE slug = 'blog'")
    assert first.stop() == 0

    second = up()
    second.read_until(RUNNING)
    assert second.password is None
    assert can_log_in(second.url, first.password)
    with urllib.request.urlopen(f"{second.url}/blog/", timeout=PATIENCE) as page:
        assert "Kept" in page.read().decode()

    second.stop(signal.SIGKILL)  # returns when all that hold its output have ended
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


def test_what_it_finds_is_left_alone(running: Up) -> None:
    assert running.password is None
    with sqlite3.connect(running.var_dir / "galley.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM auth_user").fetchone() == (1,)


def test_the_sites_own_error_page_answers(running: Up) -> None:
    with pytest.raises(urllib.error.HTTPError) as answer:
        status(f"{running.url}/not/there/")
    assert answer.value.code == 404
    assert "DEBUG" not in answer.value.read().decode()


def test_a_second_run_on_the_same_data_is_sent_to_the_first(running: Up) -> None:
    with started_runs() as start:
        second = start(running.var_dir, free_port())
        second.read_until(rf"already running with this data: {running.url}/")
        assert second.process.wait(PATIENCE) == 1
    assert status(running.url) == 200


def test_a_worker_that_dies_is_started_again(running: Up) -> None:
    first = child(running, "manage worker")
    os.kill(first, signal.SIGKILL)
    running.read_until(r"worker has stopped \(exit code -9\). It is started again")
    assert child(running, "manage worker") != first


def test_a_server_that_dies_ends_the_run_with_a_sentence(running: Up) -> None:
    os.kill(child(running, "manage serve"), signal.SIGKILL)
    running.read_until("The site has stopped by itself")
    assert running.process.wait(PATIENCE) == 1


def child(run: Up, word: str) -> int:
    """Return the number of the process with `word` in its command that `run` starts; wait for it."""
    command = ["pgrep", "--parent", str(run.process.pid), "--full", word]

    def find() -> str:
        return subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout

    wait_until(lambda: bool(find()))
    return int(find())
