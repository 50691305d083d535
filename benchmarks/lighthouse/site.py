"""The sample site with real posts, run as in production: compressed static files, with a hash in their names."""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from config.settings.var_dir import read_or_create_secret_key
from tests.running_site import PROJECT, RunningSite, environment
from tests.site.filled_site import build_filled_site, run_filled_site


@contextmanager
def run_production_site(var_dir: Path | None) -> Iterator[RunningSite]:
    """Run the site in `var_dir`, which is built first if it isn't there; without one, in a folder for this time."""
    with tempfile.TemporaryDirectory(prefix="galley-lighthouse-") as temporary:
        folder = var_dir or Path(temporary) / "var"
        if not folder.exists():
            build_filled_site(folder)
        settings: Any = production_settings(folder)
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        # No file holds the site's address, which is known only once it runs.
        env = environment(folder, WAGTAILADMIN_BASE_URL="http://localhost", **settings)
        subprocess.run(command, cwd=PROJECT, env=env, check=True)
        with run_filled_site(folder, **settings) as site:
            yield site


def wait_for_worker(var_dir: Path) -> None:
    """Wait until the worker has done what was asked for, such as pictures. Raises TimeoutError after ten minutes."""
    waiting = "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
    with closing(sqlite3.connect(var_dir / "galley.sqlite3")) as database:
        for _ in range(600):
            if not database.execute(waiting).fetchone()[0]:
                return
            time.sleep(1)
    raise TimeoutError("the worker isn't done")


def production_settings(var_dir: Path) -> dict[str, str]:
    """Return the environment of a production site that is asked without HTTPS, since it is on this machine.

    Its key stays the same: pictures are named by it, and would all be made anew.
    """
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": read_or_create_secret_key(var_dir / "secret-key"),
        "ALLOWED_HOSTS": "localhost",
        "SECURE_SSL_REDIRECT": "0",
    }
