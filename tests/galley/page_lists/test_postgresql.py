"""The search of the admin on PostgreSQL finds what it finds on SQLite."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.galley.page_lists.test_search import TEXTS
from tests.running_site import PROJECT, environment


def test_words_of_drafts_are_found_however_they_are_typed(
    postgresql_small_site: Callable[[str], str], tmp_path: Path
) -> None:
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site("page_lists"))
    command = [sys.executable, "-m", "tests.galley.page_lists.on_postgresql", json.dumps([*TEXTS, "palim zzz"])]
    done = subprocess.run(command, cwd=PROJECT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [True] * len(TEXTS) + [False]
