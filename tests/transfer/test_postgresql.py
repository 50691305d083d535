"""Imports into one PostgreSQL database from several machines."""

import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE, Popen

from tests.running_site import PROJECT, environment

# Like a machine that imports: it holds the lock until it is killed.
HOLD = (
    "import django; django.setup(); from transfer.importer import _import_lock\n"
    "with _import_lock(): print('held', flush=True); input()"
)
# Another machine: it is refused once, and tries again when it is asked to.
IMPORT = """
import sys
import django
django.setup()
from django.core.management import CommandError, call_command
try:
    call_command("import_posts", sys.argv[1])
except CommandError as error:
    print(error, file=sys.stderr)
    print("refused", flush=True)
input()
call_command("import_posts", sys.argv[1])
"""


def test_one_import_at_a_time_whatever_the_machine(postgresql_small_site: Callable[[str], str], tmp_path: Path) -> None:
    url = postgresql_small_site("imports")
    folders = [tmp_path / name for name in ("one", "two", "posts")]
    for folder in folders:
        folder.mkdir()
    (folders[2] / "hello.md").write_text("Hello")
    here, there = (
        {"cwd": PROJECT, "env": environment(folder, DATABASE_URL=url), "stdin": PIPE, "stdout": PIPE, "text": True}
        for folder in folders[:2]
    )
    with Popen([sys.executable, "-c", HOLD], **there) as other:
        assert other.stdout.readline() == "held\n"
        with Popen([sys.executable, "-c", IMPORT, folders[2]], **here, stderr=PIPE) as importing:
            refused = importing.stdout.readline()
            other.kill()
            other.wait()
            done, errors = importing.communicate("\n")
    assert (refused, "on another machine" in errors) == ("refused\n", True), errors
    assert (importing.returncode, "1 new" in done) == (0, True), errors
