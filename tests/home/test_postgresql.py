"""No draft replaces one that overtook it on PostgreSQL, as on SQLite."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.running_site import PROJECT, environment


def test_late_drafts_on_postgresql(postgresql_small_site: Callable[[str], str], tmp_path: Path) -> None:
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site("late-drafts"))
    code = (
        "import django; django.setup(); from tests.home.late_drafts import CASES, play; [play(case) for case in CASES]"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=env, check=True)
