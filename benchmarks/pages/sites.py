"""Sites of several sizes: the sample site and generated posts, each in a folder of its own."""

import shutil
import subprocess
import sys
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
            for command in (["migrate", "--verbosity", "0"], ["load_sample_site"], ["generate_posts", str(number)]):
                manage(unfinished, *command)
            unfinished.rename(made)
        return made


def manage(var_dir: Path, *arguments: str) -> None:
    """Run a management command on the site in `var_dir`."""
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=PROJECT, env=environment(var_dir), check=True, stdout=subprocess.DEVNULL)
