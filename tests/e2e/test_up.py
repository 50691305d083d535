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


@pytest.fixture
def data(tmp_path: Path, migrated_database: Path) -> Path:
    """The database of the test's own; migrating it takes longest, and `migrated_database` does it as `up` does."""
    data = tmp_path / "var" / DATABASE
    data.parent.mkdir()
    shutil.copyfile(migrated_database, data)
    return data


def test_one_command_serves_the_site_and_the_next_start_changes_nothing(up: Callable[[], Up], data: Path) -> None:
    first = up()
    serves_the_site_and_shows_a_password(first, data)
    with sqlite3.connect(data) as database:
        database.execute("UPDATE wagtailcore_page SET title = 'Renamed' WHERE slug = 'blog'")
    assert first.stop() == 0

    second = up()
    second.read_until(RUNNING)
    assert second.password is None
    assert can_log_in(second.url, first.password)
    with sqlite3.connect(data) as database:
        assert database.execute("SELECT count(*) FROM auth_user").fetchone() == (1,)
    with urllib.request.urlopen(f"{second.url}/blog/", timeout=PATIENCE) as page:
        assert "Renamed" in page.read().decode()
    answers_with_the_sites_own_error_page(second)
    starts_a_worker_again_that_dies(second)
    ends_with_a_sentence_when_the_server_dies(second)


@pytest.mark.nightly
def test_a_first_run_that_is_killed_at_any_moment_is_completed_by_the_next(
    up: Callable[[], Up], port: int, tmp_path: Path
) -> None:
    """In CI, `tests/quickstart` stops the loading of the sample site."""
    for moment in (r"Database: step \d+", "The database is ready", "Picture ", "Page ", "The content is ready"):
        killed = up()
        killed.read_until(moment)
        killed.stop(signal.SIGKILL)
        assert killed.password is None
    last = up()
    serves_the_site_and_shows_a_password(last, tmp_path / "var" / DATABASE)
    sends_another_run_on_the_same_data_to_this_one(last)
    last.stop(signal.SIGKILL)  # returns when all that hold its output have ended
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


def serves_the_site_and_shows_a_password(run: Up, data: Path) -> None:
    run.read_until(RUNNING)
    for path in ("/", "/blog/", "/portfolio/", "/contact/", "/admin/login/", "/health/ready"):
        assert status(run.url + path) == 200
    assert run.output.count("Its password:") == 1
    assert can_log_in(run.url, run.password)
    assert not can_log_in(run.url, "admin")
    assert all(place in run.output for place in (f"{run.url}/\n", f"{run.url}/admin/\n", "changepassword admin"))
    with sqlite3.connect(data) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        slugs = [slug for (slug,) in database.execute("SELECT slug FROM wagtailcore_page WHERE depth = 3")]
    assert len(slugs) == len(set(slugs))
    assert {"blog", "portfolio", "contact"} <= set(slugs)


def answers_with_the_sites_own_error_page(run: Up) -> None:
    with pytest.raises(urllib.error.HTTPError) as answer:
        status(f"{run.url}/not/there/")
    assert answer.value.code == 404
    assert "DEBUG" not in answer.value.read().decode()


def sends_another_run_on_the_same_data_to_this_one(run: Up) -> None:
    with started_runs() as start:
        other = start(run.var_dir, free_port())
        other.read_until(rf"already running with this data: {run.url}/")
        assert other.process.wait(PATIENCE) == 1
    assert status(run.url) == 200


def starts_a_worker_again_that_dies(run: Up) -> None:
    first = child(run, "manage worker")
    os.kill(first, signal.SIGKILL)
    run.read_until(r"worker has stopped \(exit code -9\). It is started again")
    assert child(run, "manage worker") != first


def ends_with_a_sentence_when_the_server_dies(run: Up) -> None:
    os.kill(child(run, "manage serve"), signal.SIGKILL)
    run.read_until("The site has stopped by itself")
    assert run.process.wait(PATIENCE) == 1


def child(run: Up, word: str) -> int:
    """Return the number of the process with `word` in its command that `run` starts; wait for it."""
    command = ["pgrep", "--parent", str(run.process.pid), "--full", word]

    def find() -> str:
        return subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout

    wait_until(lambda: bool(find()))
    return int(find())
