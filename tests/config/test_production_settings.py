"""The settings of a server, as Django's own deployment check sees them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_site import PROJECT, environment

pytestmark = pytest.mark.browser

REQUIRED = {
    "SECRET_KEY": "s" * 30 + "0123456789abcdefghijklmnopqrstuv",
    "ALLOWED_HOSTS": "galley.example.org",
    "WAGTAILADMIN_BASE_URL": "https://galley.example.org",
}


def manage(var_dir: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    env = environment(var_dir, **{"DJANGO_SETTINGS_MODULE": "config.settings.production"} | variables)
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True)


def test_the_deployment_check_finds_nothing(tmp_path: Path) -> None:
    mail = {"EMAIL_URL": "smtp://mail.example.org"}
    run = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **REQUIRED, **mail)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", REQUIRED)
def test_it_names_a_variable_that_is_missing(tmp_path: Path, name: str) -> None:
    others = {key: value for key, value in REQUIRED.items() if key != name}
    run = manage(tmp_path, "check", **others)
    assert run.returncode != 0
    assert f'"{name}"' in run.stderr.splitlines()[-1]


def test_its_own_address_is_trusted_by_forms(tmp_path: Path) -> None:
    run = manage(tmp_path, "diffsettings", "--output", "unified", **REQUIRED)
    assert "+ CSRF_TRUSTED_ORIGINS = ['https://galley.example.org']" in run.stdout


@pytest.mark.nightly
def test_spaces_and_slashes_around_addresses_do_not_count(tmp_path: Path) -> None:
    written = {
        "ALLOWED_HOSTS": "galley.example.org, www.galley.example.org ",
        "WAGTAILADMIN_BASE_URL": "https://galley.example.org/",
        "CSRF_TRUSTED_ORIGINS": "https://galley.example.org/, https://www.galley.example.org",
    }
    run = manage(tmp_path, "diffsettings", "--output", "unified", **(REQUIRED | written))
    for name, hosts in (("ALLOWED_HOSTS", ""), ("CSRF_TRUSTED_ORIGINS", "https://")):
        assert f"+ {name} = ['{hosts}galley.example.org', '{hosts}www.galley.example.org']" in run.stdout
    assert "+ WAGTAILADMIN_BASE_URL = 'https://galley.example.org'" in run.stdout
