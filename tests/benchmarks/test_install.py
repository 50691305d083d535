"""How long the installer takes: its steps are read from what it prints."""

import os
import re
import subprocess
import sys

import pytest

from benchmarks.install import PROGRAMS, seconds_of_steps
from tests.deploy.server import skip_without
from tests.running_site import PROJECT

DEBIAN = {"bookworm": "12", "trixie": "13"}
LINES = """
== Installing packages
Building PostgreSQL dictionaries from installed packages...
== First release
Building 20261129-204656-f63b6a9bd0 ...
WARNINGS:
20261129-204656-f63b6a9bd0 runs.
== Answer
200 over HTTPS 2
"""


def test_each_step_has_its_seconds() -> None:
    lines = [(10.0 * number, line) for number, line in enumerate(LINES.strip().splitlines())]
    assert seconds_of_steps(lines) == {"Installing packages": 20, "First release": 10, "Building": 30, "all": 60}


def test_the_releases_are_those_that_the_documents_promise() -> None:
    [promise] = re.findall(r"On an empty Debian (.+?), as root", (PROJECT / "docs/deploying.md").read_text())
    assert promise == " or ".join(DEBIAN.values())


def test_ci_installs_the_programs_without_which_tests_are_skipped() -> None:
    tests = "".join(path.read_text() for path in (PROJECT / "tests").rglob("*.py"))
    needed = {*PROGRAMS, "ip"} | set(re.findall(r'"([a-z-]+)"', "".join(re.findall(r"skip_without\(([^)]+)\)", tests))))
    scripts = "".join((PROJECT / ".ci" / name).read_text() for name in ("run", "nightly"))
    # Of Debian's essential packages, of systemd and of PostgreSQL; the repository was cloned by git.
    others = {"chroot", "unshare", "setpriv", "flock", "systemctl", "journalctl", "psql", "git"}
    assert needed - set(re.findall(r"command -v ([a-z-]+)", scripts)) == others


@pytest.mark.nightly
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("suite", DEBIAN)
def test_one_command_makes_a_site_of_an_empty_debian(suite: str) -> None:
    skip_without(*PROGRAMS)
    if os.getuid():
        pytest.skip("Only root installs")
    command = [sys.executable, "-m", "benchmarks.install", "--suite", suite]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert not run.returncode, run.stdout + run.stderr
    # Newer versions of curl write the scheme in small letters.
    assert "200 over https 2" in run.stdout.lower()
