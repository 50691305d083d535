"""The bin on PostgreSQL, as on SQLite."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running_site import PROJECT, environment


# Its small form, on SQLite: test_pages.py and test_files.py.
@pytest.mark.nightly
def test_the_bin_on_postgresql(postgresql_small_site: Callable[[str], str], tmp_path: Path) -> None:
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site("bin"))
    subprocess.run([sys.executable, "-m", "tests.galley.bin.on_postgresql"], cwd=PROJECT, env=env, check=True)
