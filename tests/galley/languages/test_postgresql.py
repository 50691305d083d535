"""Search by language on PostgreSQL, in a process that is switched on by its environment."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running_site import PROJECT, environment


# Its small form, on SQLite: test_visitors.py.
@pytest.mark.nightly
def test_search_finds_the_language_of_the_page(postgresql_small_site: Callable[[str], str], tmp_path: Path) -> None:
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site("languages"), GALLEY_LANGUAGES="en,de")
    command = [sys.executable, "-m", "tests.galley.languages.on_postgresql"]
    done = subprocess.run(command, cwd=PROJECT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    assert json.loads(done.stdout.splitlines()[-1]) == {"/search/": [True, False], "/de/search/": [False, True]}
