"""Each line that the documents tell operators to type or to write is run here, or taken by the program it is for."""

import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from config.settings import base
from galley.backups.storing import new_key
from galley.security_headers.policies import build_headers
from tests.config.test_production_settings import REQUIRED
from tests.deploy.load import CONTEXT, request
from tests.deploy.server import DebianServer, debian_server, skip_without
from tests.deploy.test_containers import COMPOSE
from tests.deploy.test_upgrade import release
from tests.docs.operating import KINDS, read_blocks, read_commands, read_languages, read_lines
from tests.running_site import PROJECT, environment, wait_until

# What a reader puts in place of a word of the documents.
PLACEHOLDERS = {"REVISION": "main", "NAME": "ada", "URL": "{root}/source", "/srv/galley/": "{root}/srv/"}
INSTALLER = (PROJECT / "deploy/install").read_text()
# Commands of the script itself; others are those of manage.py.
OWN = {"upgrade", "rollback", "restart", "status"}
SUBCOMMANDS = {"up": {"--detach", "--build"}, "run": {"--rm"}}


def test_each_line_is_of_a_kind_that_is_run_here() -> None:
    # The one that isn't is a formula: `tests/config/test_connections.py`.
    lines = [line for line in read_lines() if not line.startswith("DATABASE_POOL_SIZE ×")]
    assert [line for line in lines if not any(re.match(kind, line) for kind in KINDS.values())] == []
    assert all(read_commands(kind) for kind in KINDS)
    # One of Prometheus' settings, which is read here, and a line of a log.
    assert read_languages() == {"", "yaml", "json"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DebianServer]:
    """A server with a stand-in for the site, and a former release."""
    settings = {"REDIS_URL": "redis://localhost", "GALLEY_VAR_DIR": str(tmp_path / "srv/var")}
    with debian_server(tmp_path, own_packages=False, **settings) as server:
        release(server, "first")
        server.clone_repository()
        assert not server.galley("upgrade").returncode
        server.git("tag", "v1.4")
        release(server, "second")
        yield server


def read_arguments(command: str, root: Path = PROJECT) -> list[str]:
    """Return what follows the program, with something in place of the placeholders."""
    for placeholder, value in PLACEHOLDERS.items():
        command = command.replace(placeholder, value.format(root=root))
    return shlex.split(command)[1:]


def assert_is_command(name: str, *arguments: str) -> None:
    """The site has that command, and it takes the arguments."""
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(arguments)


def test_commands_of_galley(server: DebianServer) -> None:
    called = server.root / "srv/var/commands"
    for command in read_commands("galley"):
        arguments = read_arguments(command, server.root)
        run = server.galley(*arguments)
        assert run.returncode == 0, (command, run.stdout)
        if arguments[0] not in OWN:
            assert_is_command(*arguments)
            assert f" {' '.join(arguments)}" in called.read_text()


def test_commands_of_git(server: DebianServer) -> None:
    [command] = read_commands("git")
    asks = ["git", "-C", server.root / "srv/repository", "remote", "get-url", "origin"]
    subprocess.run([*asks[:-2], "set-url", "origin", "/nowhere"], check=True)
    subprocess.run(["git", *read_arguments(command, server.root)], check=True)
    assert subprocess.check_output(asks, text=True) == f"{server.source}\n"
    assert server.galley("upgrade").returncode == 0


def test_commands_of_the_site_and_of_containers(settings: Any) -> None:
    settings.TASKS = base.TASKS  # `worker` refuses those of the tests
    for command in read_commands("manage.py"):
        assert_is_command(*read_arguments(command))
    for command in read_commands("docker"):
        engine, subcommand, *arguments = read_arguments(command)
        options = {one for one in arguments if one.startswith("--")}
        assert (engine, options <= SUBCOMMANDS[subcommand]) == ("compose", True)
        if subcommand == "run":
            service, *inside = [one for one in arguments if not one.startswith("--")]
            assert service in COMPOSE["services"]
            assert_is_command(*inside)


def test_settings_are_taken_as_they_stand(tmp_path: Path) -> None:
    """As a shell reads them for `galley`, after those that `deploy/install` writes."""
    example = (PROJECT / "deploy/galley.env.example").read_text()
    lines = "\n".join([example, *read_commands("settings")]).replace("AGE-SECRET-KEY-1…", new_key())
    needed = "\n".join(f'{name}="{value}"' for name, value in REQUIRED.items())
    (tmp_path / "galley.env").write_text(f"{lines}\n{needed}\nS3_BUCKET=\n")
    command = ["bash", "-euc", 'set -a; . "$0"; exec "$@"', tmp_path / "galley.env"]
    run = subprocess.run(
        [*command, sys.executable, "manage.py", "diffsettings", "--output", "unified"],
        cwd=PROJECT, env=environment(tmp_path, DJANGO_SETTINGS_MODULE="config.settings.production"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    documented = (PROJECT / "docs/reference/settings.md").read_text()
    # Of compose.yaml, of `galley upgrade`, and of glibc.
    others = {"HOST", "POSTGRES_PASSWORD", "GALLEY_EXTRAS", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_"}
    names = {line.partition("=")[0] for line in read_commands("settings")} - others
    assert {name for name in names if f"| `{name}` |" not in documented} == set()
    assert "'sslmode': 'verify-full', 'sslrootcert': 'FILE'" in run.stdout
    assert "'Chief editors'" in run.stdout
    assert "'Example account'" in run.stdout
    assert "https://desk.auth.eu-west-1.amazoncognito.com" in run.stdout


def test_systemd_reads_settings_as_the_shell_does(server: DebianServer) -> None:
    example = (PROJECT / "deploy/galley.env.example").read_text()
    with (server.root / "galley.env").open("a") as env_file:
        env_file.write("\n".join([example, *read_commands("settings")]))
    assert "a shell read" not in server.galley("status").stdout


def test_settings_of_prometheus() -> None:
    [block] = read_blocks("yaml")
    [job] = yaml.safe_load(block)["scrape_configs"]
    assert (job["scheme"], job["metrics_path"], set(job["authorization"])) == ("https", "/metrics", {"credentials"})


def read_access_log(server: DebianServer) -> str:
    """Return nginx's line about a request that a balancer has passed on."""
    log = server.root / "access.log"
    lines = log.read_text().splitlines()
    request(server.url, **{"X-Forwarded-For": "203.0.113.7"})
    # nginx writes it after the answer.
    wait_until(lambda: len(log.read_text().splitlines()) > len(lines))
    return log.read_text().splitlines()[-1]


def reload_nginx(server: DebianServer, old: str, new: str) -> None:
    """Replace `old` by `new` in nginx's settings."""
    conf = server.root / "nginx.conf"
    assert old in conf.read_text()
    conf.write_text(conf.read_text().replace(old, new))
    command = [*server.environment["GALLEY_NGINX"].split(), "-s", "reload"]
    subprocess.run(command, env=server.environment, check=True)


def test_lines_of_nginx(server: DebianServer) -> None:
    lines = read_commands("nginx")
    headers = [line for line in lines if line.startswith("add_header")]
    balancer = [line.replace("10.0.0.5", "127.0.0.1") for line in lines if line not in headers]
    assert read_access_log(server).startswith("127.0.0.1 ")
    reload_nginx(server, "http {", f"http {{ {' '.join(balancer)}")
    wait_until(lambda: read_access_log(server).startswith("203.0.113.7 "))
    # The command of the documents finds the line by the id that the site logs.
    line = read_access_log(server)
    [command] = read_commands("grep")
    _, _, log = shlex.split(command)
    assert log == "/var/log/nginx/access.log"
    found = subprocess.run(
        shlex.split(command.replace("0123456789abcdef", line[-32:-16]).replace("/var/log/nginx", str(server.root))),
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert found == f"{line}\n"

    picture = server.root / "media/pictures/a.svg"
    picture.parent.mkdir(parents=True)
    picture.write_text("<svg/>")
    location = f"location /media/ {{ root {server.root}; {' '.join(headers)} }}"
    reload_nginx(server, "location / {\n        proxy_pass", f"{location} location / {{\n        proxy_pass")
    # What the site itself sends with a picture.
    own = build_headers().picture
    expected = {line.split()[1]: own[line.split()[1]] for line in headers}

    def is_sent() -> bool:
        with urllib.request.urlopen(f"{server.url}/media/pictures/a.svg", context=CONTEXT) as answer:
            return answer.read() == b"<svg/>" and expected.items() <= dict(answer.headers).items()

    # A worker with the former settings answers for a moment.
    wait_until(is_sent)


def test_commands_of_systemd(tmp_path: Path) -> None:
    """Without a running systemd, links are made in a folder, and `--now` has no effect."""
    skip_without("systemctl", "journalctl")
    folder = tmp_path / "etc/systemd/system"
    folder.mkdir(parents=True)
    for unit in [*(PROJECT / "deploy").glob("*.service"), *(PROJECT / "deploy").glob("*.timer")]:
        shutil.copy(unit, folder)

    def is_enabled(unit: str) -> bool:
        # The link leads to where the unit will be.
        return unit in [link.name for link in folder.glob("*.wants/*")]

    for command in read_commands("systemctl"):
        _, verb, *options, unit = shlex.split(command)
        if verb == "stop":
            # Only a running systemd could: it matches them with the units that it knows.
            units = [path.name.replace("@", "@8080") for path in (PROJECT / "deploy").glob("*.service")]
            stopped = [name for one in (*options, unit) for name in units if fnmatch(name, f"{one}.service")]
            assert set(stopped) == {"galley-worker.service", "galley-web@8080.service"}
            continue
        if verb == "restart":
            # Of Debian: `tests/deploy/test_install.py` has them restarted.
            assert f" {unit} " in INSTALLER
            continue
        assert (verb, options) == ("disable", ["--now"])
        subprocess.run(["systemctl", f"--root={tmp_path}", "enable", unit], check=True, capture_output=True)
        assert is_enabled(unit)
        subprocess.run(["systemctl", f"--root={tmp_path}", verb, unit], check=True, capture_output=True)
        assert not is_enabled(unit)
    for command in read_commands("journalctl"):
        run = subprocess.run(
            [*shlex.split(command), f"--directory={tmp_path}"], capture_output=True, text=True, check=False
        )
        assert "No journal files were found" in run.stderr, run.stderr
        assert "option" not in run.stderr


def test_packages_of_debian() -> None:
    for command in read_commands("apt-get"):
        install, *packages = read_arguments(command)
        assert (install, {name for name in packages if name not in INSTALLER}) == ("install", set())
