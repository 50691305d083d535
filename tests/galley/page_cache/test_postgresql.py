"""A change and its invalidation record become visible together on PostgreSQL, as on SQLite."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.galley.page_cache.gap import CHANGES
from tests.running_site import PROJECT, environment


@pytest.fixture(scope="module")
def shown(postgresql_small_site: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The tags that are shown during each change and after it, and those that the database holds then."""
    env = environment(tmp_path_factory.mktemp("var"), DATABASE_URL=postgresql_small_site("gap"))
    command = [sys.executable, "-m", "tests.galley.page_cache.gap"]
    run = subprocess.run(command, cwd=PROJECT, env=env, check=True, stdout=subprocess.PIPE)
    return json.loads(run.stdout)


@pytest.mark.parametrize("change", CHANGES)
def test_no_page_stays_old(shown: dict, change: str) -> None:
    during, after, now = shown[change]
    assert during != after == now
