"""A change that one process makes is seen by all others, through the database alone."""

import subprocess
import sys
import urllib.error
import urllib.request

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


def run_elsewhere(processes: Processes, code: str) -> None:
    """Run `code` in a process of its own, as a command or the worker would; it has no Redis."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    subprocess.run(command, cwd=PROJECT, env=environment(processes.var_dir), check=True)


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

    times_stored = count("stored")
    run_elsewhere(one_or_two_processes, PUBLISH)
    for server in servers:
        wait_until(lambda server=server: "Told by another process" in read(server, "/about-us/")[1])
        warm_up(server, "/about-us/")
        assert "Told by another process" in read(server, "/about-us/")[1]
        # What hasn't changed is looked at again, and not rendered again.
        assert read(server, "/portfolio/")[0].startswith("galley; hit")
    wait_until(lambda: count("revalidated") >= len(servers))
    assert count("stored") == times_stored

    run_elsewhere(one_or_two_processes, UNPUBLISH)
    for server in servers:
        wait_until(lambda server=server: read(server, "/blog/")[2] == 404)
