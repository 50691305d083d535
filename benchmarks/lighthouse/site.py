"""The sample site with real posts, run as in production: compressed static files, with a hash in their names."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe

from tests.running_site import PROJECT, RunningSite, environment
from tests.site.filled_site import build_filled_site, run_filled_site


@contextmanager
def run_production_site(var_dir: Path | None) -> Iterator[RunningSite]:
    """Run the site in `var_dir`, which is built first if it isn't there; without one, in a folder for this time."""
    with tempfile.TemporaryDirectory(prefix="galley-lighthouse-") as temporary:
        folder = var_dir or Path(temporary) / "var"
        if not folder.exists():
            build_filled_site(folder)
        settings = production_settings()
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        # No file holds the site's address, which is known only once it runs.
        env = environment(folder, WAGTAILADMIN_BASE_URL="http://localhost", **settings)
        subprocess.run(command, cwd=PROJECT, env=env, check=True)
        with run_filled_site(folder, **settings) as site:
            yield site


def production_settings() -> dict[str, str]:
    """Return the environment of a production site that is asked without HTTPS, since it is on this machine."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": token_urlsafe(48),
        "ALLOWED_HOSTS": "localhost",
        "SECURE_SSL_REDIRECT": "0",
    }
