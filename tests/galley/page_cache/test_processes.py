"""A change that one process makes is seen by all others, through the database alone."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from subprocess import PIPE

import pytest

from tests.processes import Processes, ServerProcess
from tests.running_site import PROJECT, environment, wait_until

PUBLISH = """
from home.models import StandardPage
page = StandardPage.objects.get(slug="about-us")
page.title = "Told by another process"
page.save_revision().publish()
"""
UNPUBLISH = """
from wagtail.models import Page
Page.objects.get(slug="blog").unpublish()
"""


RUN = """
import sys
import django
django.setup()
for line in sys.stdin:
    exec(eval(line))
    print("done", flush=True)
"""


@contextmanager
def another_process(processes: Processes) -> Iterator[Callable[[str], None]]:
    """Start a process of its own, like that of a command or the worker, without Redis; yield what runs code in it."""
    env = environment(processes.var_dir)
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, cwd=PROJECT, env=env, stdin=PIPE, stdout=PIPE, text=True) as process:

        def run(code: str) -> None:
            assert process.stdin
            assert process.stdout
            process.stdin.write(f"{code!r}\n")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n"

        yield run


def read(server: ServerProcess, path: str) -> tuple[str, str, int]:
    """Return what the cache says of a page, the page, and its status."""
    try:
        with urllib.request.urlopen(f"http://localhost:{server.port}{path}") as answer:
            return answer.headers["Cache-Status"], answer.read().decode(), answer.status
    except urllib.error.HTTPError as error:
        return error.headers["Cache-Status"], "", error.code


def warm_up(server: ServerProcess, path: str) -> None:
    """Ask for the page until it comes from memory."""
    wait_until(lambda: read(server, path)[0].startswith("galley; hit"))


# Two processes show all that one shows: each of them has to see the change by itself.
one_at_night_or_two = pytest.mark.parametrize(
    "one_or_two_processes", [pytest.param("one_process", marks=pytest.mark.nightly), "two_processes"], indirect=True
)


@pytest.fixture(autouse=True)
def log_decisions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the servers log every decision of the cache."""
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")


@one_at_night_or_two
def test_a_change_elsewhere_is_seen_by_every_process(log_decisions: None, one_or_two_processes: Processes) -> None:
    servers = one_or_two_processes.servers

    def count(decision: str) -> int:
        return one_or_two_processes.log().count(f"galley.page_cache: {decision} /portfolio/:")

    for server in servers:
        for path in ("/about-us/", "/blog/", "/portfolio/"):
            warm_up(server, path)

    with another_process(one_or_two_processes) as run_elsewhere:
        check_that_changes_are_seen(servers, count, run_elsewhere)


def check_that_changes_are_seen(
    servers: list[ServerProcess], count: Callable[[str], int], run_elsewhere: Callable[[str], None]
) -> None:
    """Publish a change and unpublish a page in another process; `count` says how often the cache decided so."""
    times_stored = count("stored")
    run_elsewhere(PUBLISH)
    for server in servers:
        wait_until(lambda server=server: "Told by another process" in read(server, "/about-us/")[1])
        warm_up(server, "/about-us/")
        assert "Told by another process" in read(server, "/about-us/")[1]
        # What hasn't changed is looked at again, and not rendered again.
        assert read(server, "/portfolio/")[0].startswith("galley; hit")
    wait_until(lambda: count("revalidated") >= len(servers))
    assert count("stored") == times_stored

    run_elsewhere(UNPUBLISH)
    for server in servers:
        wait_until(lambda server=server: read(server, "/blog/")[2] == 404)
