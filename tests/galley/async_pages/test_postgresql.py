"""Values that PostgreSQL can't store are refused with a sentence, as on SQLite."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running_site import PROJECT, environment


# Its small form, without a database: test_bad_values.py.
@pytest.mark.nightly
def test_values_that_cannot_be_read_on_postgresql(postgresql_small_site: Callable[[str], str], tmp_path: Path) -> None:
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site("values"))
    subprocess.run([sys.executable, "-m", "tests.galley.async_pages.on_postgresql"], cwd=PROJECT, env=env, check=True)
