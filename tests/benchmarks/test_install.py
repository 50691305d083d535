"""How long the installer takes: its steps are read from what it prints."""

import os
import subprocess
import sys

import pytest

from benchmarks.install import PROGRAMS, seconds_of_steps
from tests.deploy.server import skip_without
from tests.running_site import PROJECT

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


@pytest.mark.nightly
@pytest.mark.timeout(1_800)
def test_one_command_makes_a_site_of_an_empty_debian() -> None:
    skip_without(*PROGRAMS)
    if os.getuid():
        pytest.skip("Only root installs")
    command = [sys.executable, "-m", "benchmarks.install"]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert not run.returncode, run.stdout + run.stderr
    assert "200 over HTTPS 2" in run.stdout
