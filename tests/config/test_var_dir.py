"""The folder that the site writes to, and the key that it makes there."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.settings.var_dir import prepare_var_dir, read_or_create_secret_key
from tests.running_site import PROJECT, environment

pytestmark = pytest.mark.browser


@pytest.fixture
def ordinary_account(tmp_path: Path) -> Iterator[None]:
    """Root may write everywhere, so root becomes somebody else for a moment."""
    tmp_path.chmod(0o500)
    if os.getuid() == 0:
        os.seteuid(65534)
    yield
    os.seteuid(os.getuid())
    tmp_path.chmod(0o700)


def test_the_folder_is_made(tmp_path: Path) -> None:
    assert prepare_var_dir(tmp_path / "deep" / "var").is_dir()


@pytest.mark.parametrize("command", [["manage.py", "up"], ["manage.py", "serve", "--port", "0"]])
def test_no_write_access_gives_a_sentence_and_a_way_on(tmp_path: Path, command: list[str]) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    run = subprocess.run(
        [sys.executable, *command], cwd=PROJECT, env=environment(in_the_way / "var"), capture_output=True, text=True
    )
    assert run.returncode == 1
    assert run.stderr.startswith(f"Galley can't write to {in_the_way / 'var'}")
    assert "GALLEY_VAR_DIR=" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_folder_of_somebody_else_gives_a_sentence(tmp_path: Path, ordinary_account: None) -> None:
    with pytest.raises(SystemExit, match="Permission denied"):
        prepare_var_dir(tmp_path)


def test_a_folder_with_signs_in_its_name_holds_the_database(tmp_path: Path) -> None:
    folder = tmp_path / "50% of a+b #1?"
    command = [sys.executable, "manage.py", "migrate", "contenttypes", "--verbosity", "0"]
    subprocess.run(command, cwd=PROJECT, env=environment(folder), check=True)
    assert (folder / "galley.sqlite3").is_file()


def test_the_key_is_kept_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "secret-key"
    key = read_or_create_secret_key(path)
    assert len(key) >= 50
    assert read_or_create_secret_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_many_starts_at_once_share_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(read_or_create_secret_key, [tmp_path / "secret-key"] * 64))
    assert len(keys) == 1


def test_a_start_cut_short_leaves_no_empty_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", die)
        with pytest.raises(KeyboardInterrupt):
            read_or_create_secret_key(tmp_path / "secret-key")
    assert len(read_or_create_secret_key(tmp_path / "secret-key")) >= 50
