"""Without Redis the site runs in one process; a second one isn't started in silence.

By day: `tests/galley/preview/test_lifespan.py`, which starts no process.
"""

import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.running_site import PROJECT, RunningSite, environment

PATIENCE = 60  # seconds

pytestmark = pytest.mark.nightly


def start(var_dir: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Start another server on the data in `var_dir`, and return how it ended by itself."""
    command = [sys.executable, "manage.py", "serve", "--port", "0", *options]
    env = environment(var_dir)
    return subprocess.run(command, cwd=PROJECT, env=env, timeout=PATIENCE, capture_output=True, text=True, check=False)


def test_several_workers_are_refused(tmp_path: Path) -> None:
    refused = start(tmp_path, "--workers", "2")
    assert "The site is to run in 2 processes" in refused.stderr
    assert "REDIS_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_second_server_is_refused_and_the_first_goes_on(server: RunningSite) -> None:
    second = start(server.var_dir)
    assert second.returncode != 0
    assert "Another server runs with the same data" in second.stderr
    assert "Traceback" not in second.stderr + server.log
    with urlopen(f"{server.url}/health/ready", timeout=PATIENCE) as answer:
        assert answer.status == 200
