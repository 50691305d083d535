"""Sites of several sizes: the sample site and generated posts, each in a folder of its own."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.running_site import PROJECT, environment

LISTING = "/blog/"
# It has text, pictures, a table, code, tags, a series and an author with a portrait.
POST = "/blog/the-galley-proof/"


class Sites:
    """Makes sites in `folder`, once for each size."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def with_posts(self, number: int) -> Path:
        """Return the folder of a site with `number` generated posts beside those of the sample site."""
        made = self.folder / str(number)
        if not made.exists():
            unfinished = self.folder / f"{number}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            manage(unfinished, "migrate", "--verbosity", "0")
            manage(unfinished, "load_sample_site")
            run_module(unfinished, "benchmarks.generate_posts", str(number))
            manage(unfinished, "update_index", "--verbosity", "0")
            unfinished.rename(made)
        return made

    @contextmanager
    def copied(self, number: int) -> Iterator[Path]:
        """Yield the folder of such a site that may be changed: a copy, which is thrown away."""
        with tempfile.TemporaryDirectory(prefix="galley-copy-") as folder:
            copy = Path(folder) / "var"
            shutil.copytree(self.with_posts(number), copy)
            yield copy


def run_module(var_dir: Path, *arguments: str, **variables: str) -> str:
    """Run a module of the benchmarks on the site in `var_dir`; return what it prints."""
    command = [sys.executable, "-m", *arguments]
    run = subprocess.run(
        command, cwd=PROJECT, env=environment(var_dir, **variables), check=True, stdout=subprocess.PIPE, text=True
    )
    return run.stdout.strip()


def manage(var_dir: Path, *arguments: str) -> None:
    """Run a management command on the site in `var_dir`."""
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=PROJECT, env=environment(var_dir), check=True, stdout=subprocess.DEVNULL)
