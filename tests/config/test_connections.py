"""PostgreSQL has connections for all processes, or a check says how to mend it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.config.test_production_settings import REQUIRED, manage
from tests.running_site import PROJECT, environment


def test_the_address_of_the_database_says_how_to_trust_its_server(tmp_path: Path) -> None:
    address = "postgres://galley:secret@db.example.org/galley?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem"
    run = manage(tmp_path, "diffsettings", **REQUIRED | {"DATABASE_URL": address})
    assert "'sslmode': 'verify-full', 'sslrootcert': '/etc/ssl/db.pem'" in run.stdout, run.stderr


def test_the_budget_is_checked_on_postgresql(postgresql_small_site: Callable[[str], str], tmp_path: Path) -> None:
    url = postgresql_small_site("budget")
    env = environment(tmp_path, DATABASE_URL=url, DATABASE_POOL_SIZE="90", DATABASE_PROCESSES="3")
    command = [sys.executable, "manage.py", "check", "--database", "default"]
    run = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=True)
    assert "3 processes may open 270 connections to PostgreSQL, 90 each, and it has 92 for them" in run.stderr
    assert "Set DATABASE_POOL_SIZE to 30" in run.stderr
