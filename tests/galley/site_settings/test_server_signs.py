"""The settings for development refuse a server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from galley.site_settings import server_signs
from galley.site_settings.server_signs import find_server_signs, is_public
from tests.running_site import PROJECT, environment

pytestmark = pytest.mark.browser

SQLITE = {"ENGINE": "django.db.backends.sqlite3", "HOST": ""}
POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "HOST": "db.example.org"}
LOCAL = "http://localhost:8080"


@pytest.mark.parametrize("host", ["example.org", ".example.org", "www.example.org.", "93.184.215.14", "[2001:4860::1]"])
def test_a_public_host(host: str) -> None:
    assert is_public(host)


@pytest.mark.parametrize(
    "host",
    ["*", "", "localhost", "my-laptop", "laptop.local", "site.test", "127.0.0.1", "192.168.1.5", "[::1]", "[fe80::1]"],
)
def test_a_host_of_ones_own(host: str) -> None:
    assert not is_public(host)


def test_what_tells_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    code = tmp_path / "galley/config/settings/dev.py"
    code.parent.mkdir(parents=True)
    code.touch()
    if not os.getuid():
        os.chown(code, 1000, 1000)
    assert find_server_signs(SQLITE, ["*"], LOCAL, code) == []
    assert find_server_signs(POSTGRESQL, ["*"], "https://example.org", code) == [
        "the database is a server at db.example.org",
        "example.org is a public host",
    ]
    assert find_server_signs(SQLITE, ["*"], LOCAL, Path("/usr/share/doc")) == ["/usr/share belongs to root"]


def test_root_is_refused_on_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In root's shell there are none of the settings, and the files may be its own."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    code = tmp_path / "releases/20261130-a/config/settings/dev.py"
    code.parent.mkdir(parents=True)
    code.touch()
    (tmp_path / "current").symlink_to(tmp_path / "releases/20261130-a")
    release = f"{tmp_path}/releases/20261130-a is a release"
    assert find_server_signs(SQLITE, ["*"], LOCAL, tmp_path / "current/config/settings/dev.py") == [release]
    of_developer = tmp_path / "galley/config/settings/dev.py"
    assert find_server_signs(SQLITE, ["*"], LOCAL, of_developer) == []
    monkeypatch.setattr(server_signs, "SERVER_SETTINGS", tmp_path / "galley.env")
    (tmp_path / "galley.env").touch()
    assert find_server_signs(SQLITE, ["*"], LOCAL, of_developer) == [f"there is {tmp_path}/galley.env"]


def test_a_command_does_nothing_there_unless_asked_for(tmp_path: Path) -> None:
    env = environment(tmp_path, DATABASE_URL="postgres://galley@127.0.0.1:1/galley", ALLOW_DEV_SETTINGS="0")
    command = [sys.executable, "manage.py", "diffsettings"]
    refused = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True)
    assert refused.returncode
    assert "looks like a server: the database is a server at 127.0.0.1. Nothing was done." in refused.stderr
    allowed = subprocess.run(
        command, cwd=PROJECT, env=env | {"ALLOW_DEV_SETTINGS": "1"}, capture_output=True, text=True
    )
    assert not allowed.returncode, allowed.stderr
