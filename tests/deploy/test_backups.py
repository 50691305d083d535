"""The documents for operators are followed: moving to PostgreSQL, backing up, restoring on another server."""

import re
import shutil
import sys
import urllib.request
from pathlib import Path

import psycopg
import pytest
from django.core.management import get_commands

from galley.backups.storing import new_key
from tests.deploy.load import CONTEXT
from tests.deploy.server import DebianServer, debian_server
from tests.galley.backups.test_postgresql import assert_moved, read_postgresql
from tests.running_site import DATABASE, PROJECT

BACKING_UP, MOVING = (PROJECT / "docs" / name for name in ("backing-up.md", "moving-to-postgresql.md"))
# What a site writes by itself while it runs; and its address, which follows the settings.
OWN_TABLES = ("page_lists_", "tasks_", "changes_", "django_tasks", "statistics", "wagtailcore_site", "django_session")
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "x" * 60,
    "EMAIL_URL": "smtp://localhost",
    "TRUSTED_PROXY_COUNT": "1",
    # The site of the tests has its tables.
    "OIDC_ISSUER": "https://accounts.example.org",
    "OIDC_CLIENT_ID": "galley",
    "OIDC_CLIENT_SECRET": "secret",
}


def read_commands(document: Path) -> list[list[str]]:
    """Return the commands in the blocks of code of a document, as lists of arguments."""
    blocks = re.findall(r"^```\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL)
    lines = [line.split("#")[0].split() for block in blocks for line in block.splitlines()]
    assert {line[0] for line in lines} == {"galley"}
    return [line[1:] for line in lines]


def run(server: DebianServer, arguments: list[str]) -> str:
    """Run a command as the operator does, and return what it prints."""
    done = server.galley(*(one.replace("/srv/galley/", f"{server.root}/srv/") for one in arguments))
    assert not done.returncode, done.stdout
    return done.stdout


def release(server: DebianServer) -> None:
    """Put the project, as it is committed, on the server."""
    server.environment["GALLEY_PYTHON"] = str(Path(sys.base_prefix) / "bin/python3")
    server.git("fetch", "--quiet", str(PROJECT), "HEAD")
    server.git("reset", "--quiet", "--hard", "FETCH_HEAD")
    server.clone_repository()
    run(server, ["upgrade"])


def read_page(server: DebianServer) -> str:
    with urllib.request.urlopen(f"{server.url}/about-us/", context=CONTEXT) as response:
        return response.read().decode()


def test_containers_run_commands_that_exist() -> None:
    assert set(re.findall(r"docker compose run --rm web (\w+)", BACKING_UP.read_text())) <= set(get_commands())


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_the_documents_are_followed(
    tmp_path: Path, small_site_folder: Path, postgresql_url: str, redis_url: str
) -> None:
    address = postgresql_url.rpartition("/")[0]
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        for name in ("first", "second"):
            connection.execute(f"CREATE DATABASE {name}_server TEMPLATE template0")
    first, second = tmp_path / "first", tmp_path / "second"
    for root in (first, second):
        root.mkdir()
    settings = {**SETTINGS, "REDIS_URL": redis_url}

    def server(root: Path) -> object:
        var_dir = str(root / "srv/var")
        url = f"{address}/{root.name}_server"
        return debian_server(root, own_packages=False, DATABASE_URL=url, GALLEY_VAR_DIR=var_dir, **settings)

    with server(first) as one:
        release(one)
        shutil.copytree(small_site_folder, first / "srv/var/former")
        for command in read_commands(MOVING):
            run(one, command)
        assert_moved(small_site_folder / DATABASE, f"{address}/first_server", but=OWN_TABLES)
        assert "About us" in read_page(one)

        *here, elsewhere = read_commands(BACKING_UP)
        assert elsewhere == ["restore", "newest"]
        for command in here:
            printed = run(one, command)
        assert printed.startswith("AGE-SECRET-KEY-")
        assert "About us" in read_page(one)
        env_file = first / "galley.env"
        env_file.write_text(f"{env_file.read_text()}BACKUP_KEY={new_key()}\n")
        assert "encrypted" in run(one, ["backup"])
        assert "The newest backup is" in one.galley("doctor").stdout
        before = read_postgresql(f"{address}/first_server")

    with server(second) as other:
        release(other)
        env_file = second / "galley.env"
        env_file.write_text(f"{env_file.read_text()}{(first / 'galley.env').read_text().splitlines()[-1]}\n")
        shutil.copytree(first / "srv/var/backups", second / "srv/var/backups")
        run(other, elsewhere)
        assert "About us" in read_page(other)
        after = read_postgresql(f"{address}/second_server")
    for table in before:
        if not table.startswith(OWN_TABLES):
            assert sorted(map(repr, before[table])) == sorted(map(repr, after[table])), table
