"""What can be said of the container files without an engine: names in them exist, and nothing is secret."""

import json
import os
import re
import socket
import subprocess
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose
from django.core.management import get_commands

from benchmarks.ports import find_port
from tests.config.test_production_settings import manage
from tests.deploy.server import skip_without
from tests.running_site import PROJECT, start_process, wait_until

pytestmark = pytest.mark.browser

COMPOSE = yaml.safe_load((PROJECT / "compose.yaml").read_text())
DOCKERFILE = (PROJECT / "Dockerfile").read_text()


def test_each_service_is_what_the_specification_of_compose_allows() -> None:
    PyCompose.from_json(json.dumps(COMPOSE)).validate()
    for wrong in ({"imagee": "caddy"}, {"networks": ["nowhere"]}):
        services = COMPOSE["services"] | {"wrong": {"image": "caddy"} | wrong}
        with pytest.raises(ValueError, match=r"imagee|nowhere"):
            PyCompose.from_json(json.dumps(COMPOSE | {"services": services})).validate()


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


def interpolate(text: str, given: dict[str, str]) -> str:
    """Return what Compose makes of `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, the innermost first."""

    def value(found: re.Match[str]) -> str:
        name, operator, other = found.groups()
        assert given.get(name) or operator != "?", other
        return given.get(name) or (other if operator == "-" else "")

    while (done := re.sub(r"\$\{(\w+)(?::([-?])([^${}]*))?\}", value, text)) != text:
        text = done
    return text


def settings_in_container(tmp_path: Path, **given: str) -> str:
    """Return the settings of the site with these lines in `.env`."""
    set_here = {name: interpolate(str(text), given) for name, text in COMPOSE["x-site"]["environment"].items()}
    variables = given | set_here | {"GALLEY_VAR_DIR": str(tmp_path)}
    run = manage(tmp_path, "diffsettings", "--output", "unified", **variables)
    assert run.returncode == 0, run.stderr
    return run.stdout


NEEDED = {"HOST": "galley.example.org", "SECRET_KEY": "x" * 60, "POSTGRES_PASSWORD": "abc"}


def test_each_setting_reaches_the_site() -> None:
    for name in ("migrate", "web", "worker"):
        assert COMPOSE["services"][name]["env_file"] == [{"path": ".env", "required": False}]
    documented = set(re.findall(r"^\| `(\w+)`", (PROJECT / "docs/reference/settings.md").read_text(), re.MULTILINE))
    set_here = {name: str(text) for name, text in COMPOSE["x-site"]["environment"].items()}
    assert set(set_here) <= documented | {"DJANGO_SETTINGS_MODULE"}
    assert set(re.findall(r"(\w+)=/srv", DOCKERFILE)) - {"PATH"} <= documented
    # Compose prefers what stands here to `.env`.
    kept_out = {name for name, text in set_here.items() if not text.startswith(f"${{{name}:")}
    assert kept_out == {"DJANGO_SETTINGS_MODULE", "GALLEY_VAR_DIR", "STATIC_ROOT"}
    # These are Compose's own.
    assert set(re.findall(r"\$\{(\w+)", (PROJECT / "compose.yaml").read_text())) - documented == {
        "HOST",
        "POSTGRES_PASSWORD",
        "GALLEY_EXTRAS",
    }


def test_the_site_has_the_settings_of_the_file(tmp_path: Path) -> None:
    output = settings_in_container(tmp_path, **NEEDED)
    assert "+ ALLOWED_HOSTS = ['galley.example.org']" in output
    assert "+ WAGTAILADMIN_BASE_URL = 'https://galley.example.org'" in output
    assert "'PASSWORD': 'abc'" in output
    assert "+ TRUSTED_PROXY_COUNT = 1" in output
    assert "+ AWS_STORAGE_BUCKET_NAME = ''" in output
    output = settings_in_container(
        tmp_path,
        ALLOWED_HOSTS="galley.example.org,www.example.org",
        TRUSTED_PROXY_COUNT="2",
        SECOND_FACTOR_REQUIRED="*",
        METRICS_TOKEN="token",
        GALLEY_LANGUAGES="en,de",
        DJANGO_SETTINGS_MODULE="config.settings.dev",
        **NEEDED,
    )
    for line in (
        "TRUSTED_PROXY_COUNT = 2",
        "SECOND_FACTOR_REQUIRED = ['*']",
        "METRICS_TOKEN = 'token'",
        "SESSION_COOKIE_SECURE = True",
    ):
        assert re.search(rf"^. {re.escape(line)}$", output, re.MULTILINE), line
    assert "'www.example.org'" in output
    assert "('de', " in output


def test_caddy_takes_its_settings(tmp_path: Path) -> None:
    skip_without("caddy")
    command = ["caddy", "validate", "--config", "deploy/Caddyfile", "--adapter", "caddyfile"]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HOST": "galley.example.org"}
    run = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True)
    assert "Valid configuration" in run.stdout, run.stderr


def test_caddy_and_nginx_say_the_same_while_no_process_answers(tmp_path: Path) -> None:
    skip_without("caddy")
    deployed = (PROJECT / "deploy/Caddyfile").read_text()
    port, closed = find_port(), find_port()
    site = deployed.replace("web:8080", f"127.0.0.1:{closed}").replace("20s", "100ms")
    (tmp_path / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{site}")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HOST": f"http://127.0.0.1:{port}"}
    command = ["caddy", "run", "--config", tmp_path / "Caddyfile", "--adapter", "caddyfile"]
    caddy = start_process(command, env=env, stderr=subprocess.DEVNULL)

    def listens() -> bool:
        with socket.socket() as visitor:
            return not visitor.connect_ex(("127.0.0.1", port))

    try:
        wait_until(listens)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/")
    finally:
        caddy.terminate()
        caddy.wait()
    assert (refused.value.code, refused.value.headers["Retry-After"]) == (503, "5")
    assert refused.value.read().decode() in (PROJECT / "deploy/nginx.conf").read_text()


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
