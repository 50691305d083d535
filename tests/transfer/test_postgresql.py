"""Imports into one PostgreSQL database from several machines."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.running_site import PROJECT, environment

# Like a machine that imports: it holds the lock until it is killed.
HOLD = (
    "import django; django.setup(); from transfer.importer import _import_lock\n"
    "with _import_lock(): print('held', flush=True); input()"
)


def test_one_import_at_a_time_whatever_the_machine(postgresql_small_site: Callable[[str], str], tmp_path: Path) -> None:
    url = postgresql_small_site("imports")
    folders = [tmp_path / name for name in ("one", "two", "posts")]
    for folder in folders:
        folder.mkdir()
    (folders[2] / "hello.md").write_text("Hello")
    here, there = (environment(folder, DATABASE_URL=url) for folder in folders[:2])

    def import_posts() -> subprocess.CompletedProcess:
        command = [sys.executable, "manage.py", "import_posts", folders[2]]
        return subprocess.run(command, cwd=PROJECT, env=here, capture_output=True, text=True, check=False)

    with subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=PROJECT, env=there, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        refused = import_posts()
        other.kill()
    assert (refused.returncode, "on another machine" in refused.stderr) == (1, True)
    done = import_posts()
    assert (done.returncode, "1 new" in done.stdout) == (0, True), done.stderr
