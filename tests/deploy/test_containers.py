"""What can be said of the container files without an engine: names in them exist, and nothing is secret."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from tests.config.test_production_settings import manage
from tests.running_site import PROJECT

pytestmark = pytest.mark.browser

COMPOSE = yaml.safe_load((PROJECT / "compose.yaml").read_text())
DOCKERFILE = (PROJECT / "Dockerfile").read_text()


def test_the_services_run_commands_of_the_site() -> None:
    commands = {service["command"][0] for service in COMPOSE["services"].values() if "command" in service}
    assert commands == {"migrate", "worker"}
    assert commands | {"serve", "collectstatic"} <= set(get_commands())
    assert '["serve", "--host", "0.0.0.0", "--port", "8080"]' in DOCKERFILE
    assert "reverse_proxy web:8080" in (PROJECT / "deploy/Caddyfile").read_text()


def test_each_service_waits_for_one_that_exists() -> None:
    services, volumes = COMPOSE["services"], set(COMPOSE["volumes"])
    for service in services.values():
        for name, condition in service.get("depends_on", {}).items():
            waits_for_health = condition["condition"] == "service_healthy"
            assert not waits_for_health or "healthcheck" in services[name] or services[name].get("build"), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in volumes or (PROJECT / source).exists(), source


def test_the_variables_are_those_of_the_settings() -> None:
    documented = set(re.findall(r"^\| `(\w+)`", (PROJECT / "docs/reference/settings.md").read_text(), re.MULTILINE))
    assert set(COMPOSE["x-site"]["environment"]) <= documented
    assert set(re.findall(r"(\w+)=/srv", DOCKERFILE)) - {"PATH"} <= documented


def test_a_variable_that_is_not_given_is_as_if_it_were_absent(tmp_path: Path) -> None:
    passed = {name: str(value) for name, value in COMPOSE["x-site"]["environment"].items()}
    # `${NAME:-default}` is the default; what has none is given.
    values = {
        name: re.sub(r"\$\{\w+(?::-([^}]*)|[^}]*)\}", lambda found: "given" if found[1] is None else found[1], value)
        for name, value in passed.items()
    }
    run = manage(tmp_path, "diffsettings", "--output", "unified", **values)
    assert "+ AWS_STORAGE_BUCKET_NAME = ''" in run.stdout, run.stderr
    for name in ("ENDPOINT_URL", "REGION_NAME", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        assert f"+ AWS_S3_{name} = None" in run.stdout


def test_the_image_has_the_extras_that_are_asked_for(tmp_path: Path) -> None:
    assert COMPOSE["x-site"]["build"]["args"] == {"GALLEY_EXTRAS": "${GALLEY_EXTRAS:-}"}
    [command] = re.findall(r"^RUN (uv sync .*)", DOCKERFILE, re.MULTILINE)
    assert DOCKERFILE.index("ARG GALLEY_EXTRAS") < DOCKERFILE.index(command)
    uv = tmp_path / "uv"
    uv.write_text('#!/bin/sh\necho "$@"')
    uv.chmod(0o755)

    def extras(named: str) -> list[str]:
        env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "GALLEY_EXTRAS": named}
        printed = subprocess.run(["sh", "-c", command], env=env, check=True, capture_output=True, text=True).stdout
        return re.findall(r"--extra=(\S+)", printed)

    assert (extras(""), extras("s3"), extras("sentry otel")) == ([], ["s3"], ["sentry", "otel"])
    [comment] = re.findall(r"# (`.*)\nARG GALLEY_EXTRAS", DOCKERFILE)
    known = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(re.findall(r"`(\w+)`", comment)) == set(known)


def test_the_image_has_a_pg_dump_for_the_database() -> None:
    assert "postgresql-client" in DOCKERFILE
    [debian] = set(re.findall(r"FROM python:[\d.]+-slim-(\w+)", DOCKERFILE))
    # pg_dump refuses a server that is newer than itself.
    assert COMPOSE["services"]["postgresql"]["image"] == {"bookworm": "postgres:15", "trixie": "postgres:17"}[debian]


def test_no_secret_has_a_value_of_its_own() -> None:
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "HOST"):
        assert f"${{{name}:?" in (PROJECT / "compose.yaml").read_text()
        assert f"${{{name}:-" not in (PROJECT / "compose.yaml").read_text()
    assert {".git", ".env", "var", ".venv"} <= set((PROJECT / ".dockerignore").read_text().split())
