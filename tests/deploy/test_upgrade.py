"""`galley upgrade` and `galley rollback`: visitors notice neither, and a release that fails never reaches them."""

import os
import re
import shutil
import signal
import subprocess
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.load import Load, request
from tests.deploy.server import DebianServer, debian_server, skip_without
from tests.running_site import PROJECT

STAND_IN = Path(__file__).with_name("stand_in") / "manage.py"


def release(server: DebianServer, name: str) -> str:
    """Commit a release of the stand-in that answers with `name`."""
    (server.source / "manage.py").write_text(STAND_IN.read_text().replace('RELEASE = "first"', f'RELEASE = "{name}"'))
    return server.commit(f"Release the {name}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DebianServer]:
    """A server with a stand-in for the site, which starts in no time."""
    var_dir = str(tmp_path / "srv/var")
    with debian_server(
        tmp_path, own_packages=False, REDIS_URL="redis://localhost", GALLEY_VAR_DIR=var_dir, GALLEY_EXTRAS="sentry otel"
    ) as server:
        release(server, "first")
        server.clone_repository()
        yield server


def test_releases_follow_each_other_under_load(server: DebianServer) -> None:
    server.environment["GALLEY_DRAIN"] = "1"
    assert server.galley("status").returncode
    run = server.galley("upgrade")
    assert not run.returncode, run.stdout
    assert "first" in request(server.url)[1]
    [arguments] = server.root.glob("srv/releases/*/uv-arguments")
    assert arguments.read_text().endswith("--extra=sentry --extra=otel\n")

    def visit(number: int) -> str:
        return request(server.url, data=b"message" if number % 2 else None)[1]

    with Load(visit) as load:
        load.wait_for("first")
        env_file = server.root / "galley.env"
        env_file.write_text(env_file.read_text().replace("sentry otel", "sentry s3"))
        run = server.galley("upgrade")
        assert not run.returncode, run.stdout
        assert arguments.read_text().endswith("--extra=sentry --extra=s3\n")
        # What the processes that run may have loaded isn't removed.
        assert "--inexact" in arguments.read_text()
        assert "runs already" in server.galley("upgrade").stdout

        second = release(server, "second")
        run = server.galley("upgrade", second[:12])
        assert not run.returncode, run.stdout
        load.wait_for("second")

        release(server, "broken")
        run = server.galley("upgrade")
        assert run.returncode
        assert "and the site goes on as before" in run.stdout
        load.wait_for("second")

        run = server.galley("rollback")
        assert not run.returncode, run.stdout
        load.wait_for("first")
        assert not server.galley("restart").returncode
        load.wait_for("first")
        assert load.failures == []

        upstream = server.root / "upstream.conf"
        named = upstream.read_text()
        upstream.write_text(f"{named}nonsense;")
        assert "nginx refuses its own settings" in server.galley("restart").stdout
        upstream.write_text(named)
        load.wait_for("first")
        assert load.failures == []

        # A control: visitors would have noticed.
        server.kill_web()
        load.wait_for_failures()
    assert "doesn't answer" in server.galley("status").stdout
    lines = (server.root / "srv/var/commands").read_text().splitlines()
    assert [line for line in lines if "migrate" in line] == [
        f"{name} migrate --noinput --verbosity 0" for name in ("first", "first", "second", "broken")
    ]
    assert [line for line in lines if "worker" in line] == [
        f"{name} worker " for name in ("first", "first", "second", "first", "first")
    ]


def test_a_site_that_was_stopped_is_started_again(server: DebianServer) -> None:
    assert not server.galley("upgrade").returncode
    server.kill_web()
    assert server.galley("status").returncode
    worker = server.root / "srv/run/worker.pid"
    os.kill(int(worker.read_text()), signal.SIGKILL)
    # Nobody waits for its end, as in a container whose first process doesn't: it stays as a zombie.
    with subprocess.Popen(["true"]) as zombie:
        worker.write_text(str(zombie.pid))
        assert not server.galley("restart").returncode
    assert "first" in request(server.url)[1]


def test_while_no_process_answers_visitors_read_what_to_do(server: DebianServer) -> None:
    for data in (None, b"message"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            request(server.url, data=data)
        answer = refused.value
        assert (answer.code, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "5", "no-store")
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none';")
        assert "We will be back in a moment" in answer.read().decode()


def test_a_backup_precedes_an_upgrade_and_the_site_stops_while_one_is_restored(server: DebianServer) -> None:
    assert "No release runs yet" in server.galley("restore", "newest").stdout
    assert not server.galley("upgrade").returncode
    commands = server.root / "srv/var/commands"
    # There was nothing to back up.
    assert "backup" not in commands.read_text()
    (server.root / "srv/var/fails").write_text("backup")
    release(server, "second")
    run = server.galley("upgrade")
    assert run.returncode
    assert "Nothing was migrated, and the site goes on as before" in run.stdout
    assert "second migrate" not in commands.read_text()
    run = server.galley("upgrade", "--no-backup", "main")
    assert not run.returncode, run.stdout
    (server.root / "srv/var/fails").unlink()
    release(server, "third")
    assert not server.galley("upgrade").returncode

    def since(*arguments: str) -> list[str]:
        before = len(commands.read_text().splitlines())
        run = server.galley(*arguments)
        lines = [line.removeprefix("third ").strip() for line in commands.read_text().splitlines()[before:]]
        # A worker that starts takes its time to write that.
        return [*(line for line in lines if line != "worker"), f"ended with {run.returncode}"]

    lines = commands.read_text().splitlines()
    assert lines.index("third backup ") < lines.index("third migrate --noinput --verbosity 0")
    assert since("backup") == ["backup", "ended with 0"]
    assert since("restore") == ["restore", "ended with 0"]
    assert since("restore", "newest", "--check") == ["restore newest --check", "ended with 0"]
    checked = ["restore newest --replace --check", "restore newest --replace"]
    *lines, served, end = since("restore", "newest", "--replace")
    assert (lines, served.split()[0], end) == (checked, "serve", "ended with 0")
    assert "third" in request(server.url)[1]
    # It fails after the site was stopped, which runs again.
    fails = server.root / "srv/var/fails"
    fails.write_text("restore newest --replace")
    *lines, served, end = since("restore", "newest", "--replace")
    assert (lines, served.split()[0], end) == (checked, "serve", "ended with 1")
    assert "third" in request(server.url)[1]
    # A backup that is damaged stops nothing.
    fails.write_text("restore newest --replace --check")
    assert since("restore", "newest", "--replace") == [checked[0], "ended with 1"]
    fails.unlink()
    # An empty site gets new processes, which know nothing of what was before.
    restored, served, end = since("restore", "newest")
    assert (restored, served.split()[0], end) == ("restore newest", "serve", "ended with 0")


def test_extras_are_installed_again_until_the_site_runs_with_them(server: DebianServer) -> None:
    assert not server.galley("upgrade").returncode
    env_file, fails = server.root / "galley.env", server.root / "srv/var/fails"
    env_file.write_text(env_file.read_text().replace("sentry otel", "sentry s3"))
    fails.write_text("check --deploy --database default --fail-level ERROR")
    assert server.galley("upgrade").returncode
    fails.unlink()
    run = server.galley("upgrade")
    assert (run.returncode, "Installing the packages" in run.stdout, "runs already" in run.stdout) == (0, True, False)
    assert "runs already" in server.galley("upgrade").stdout


def test_an_upgrade_renews_the_command(server: DebianServer) -> None:
    assert not server.galley("upgrade").returncode
    (server.source / "deploy").mkdir()
    brought = server.source / "deploy/galley"
    newer = server.command.read_text().replace("says which release runs", "says which release answers")
    brought.write_text(newer)
    release(server, "second")
    run = server.galley("upgrade")
    assert (run.returncode, "The command galley is that of" in run.stdout) == (0, True), run.stdout
    assert server.command.read_text() == newer
    assert "says which release answers" in server.galley("help").stdout
    assert "The command" not in server.galley("upgrade").stdout

    # One that bash can't read would end all upgrades.
    brought.write_text(newer + "if\n")
    release(server, "third")
    run = server.galley("upgrade")
    assert (run.returncode, "The command galley stays as it was" in run.stdout) == (0, True), run.stdout
    assert not server.galley("rollback").returncode
    assert server.command.read_text() == newer

    # A server whose command is older than its release.
    shutil.copy(PROJECT / "deploy/galley", server.command)
    assert "The command galley is that of" in server.galley("upgrade", "main~1").stdout
    assert server.command.read_text() == newer


def test_units_are_those_of_the_release_that_runs(server: DebianServer) -> None:
    brought, units = server.source / "deploy", server.root / "units"
    brought.mkdir()
    units.mkdir()
    unit = units / "galley-worker.service"
    unit.write_text("as installed")

    def upgrade(name: str) -> str:
        (brought / unit.name).write_text(f"of the {name}")
        # A host without a timer for backups gets none.
        (brought / "galley-backup.timer").write_text(f"of the {name}")
        (brought / "nginx.conf").write_text(f"of the {name if name == 'third' else 'others'}")
        release(server, name)
        return server.galley("upgrade").stdout

    assert "nginx" not in upgrade("first")
    output = upgrade("second")
    assert "The units galley-worker.service are those of" in output
    assert "nginx" not in output
    assert unit.read_text() == "of the second"
    assert "The settings that this release has for nginx are others than before" in upgrade("third")
    assert unit.read_text() == "of the third"
    assert "and the site goes on as before" in upgrade("broken")
    assert unit.read_text() == "of the third"
    assert not server.galley("rollback").returncode
    assert unit.read_text() == "of the second"
    assert list(units.iterdir()) == [unit]


def test_what_cannot_be_done_changes_nothing(server: DebianServer) -> None:
    assert "no revision 'v9'. Nothing was done." in server.galley("upgrade", "v9").stdout
    server.source.rename(server.root / "moved")
    assert "No revisions could be fetched, for the reason above" in server.galley("upgrade").stdout
    assert "There is no former release. Nothing was done." in server.galley("rollback").stdout
    assert "No release runs yet" in server.galley("shell").stdout
    env_file = server.root / "galley.env"
    env_file.write_text(env_file.read_text().replace("REDIS_URL", "OTHER_URL"))
    assert "needs REDIS_URL" in server.galley("upgrade").stdout
    lock = server.root / "srv/run/lock"
    with subprocess.Popen(["flock", lock, "sh", "-c", "echo locked; read _"], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout
        assert other.stdout.readline()
        assert "Another upgrade, rollback or restart is under way" in server.galley("upgrade").stdout
        other.communicate("\n")
    assert not list((server.root / "srv/releases").iterdir())


def test_settings_that_a_shell_and_systemd_read_differently_are_refused(server: DebianServer) -> None:
    env_file = server.root / "galley.env"
    settings = env_file.read_text()
    alike = [
        "",
        "# It's a comment",
        "  A=1",
        "A=",
        "A=*",
        "A=a@b:c/d?e=f,g#h%20",
        "A='$ & ; \\ \" `'",
        'A="it\'s" ',
        "A='ü'",
    ]
    characters = [f"A=secret{one}b" for one in "$`;|&<>()\\~ '\"\t\r"]
    differently = [*characters, 'A="$b"', 'A="a\\b"', "A='a'b", "A='a", "A = b", "export A=b", "; b", "# b\\", "A=b\r"]
    env_file.write_bytes("\n".join([settings, *alike]).encode())
    assert "No release runs yet" in server.galley("status").stdout
    for line in differently:
        env_file.write_bytes(f"{settings}{line}\n{settings}".encode())
        run = server.galley("upgrade")
        number = len(settings.splitlines()) + 1
        assert (run.returncode, f"{env_file} differently: {number}. Write NAME='value'" in run.stdout) == (1, True), (
            line
        )
        assert "secret" not in run.stdout
    env_file.write_text(f"{settings}A=$b\nA='b'\nA=b&c")
    assert f"differently: {number}, {number + 2}. Write" in server.galley("upgrade").stdout


@pytest.mark.parametrize(
    ("name", "overridden_by"),
    [
        ("deploy/galley-web@.service", "EnvironmentFile="),
        ("deploy/galley-worker.service", "EnvironmentFile="),
        ("deploy/galley", '. "$env_file"'),
        ("Dockerfile", "ENTRYPOINT"),
    ],
)
@pytest.mark.parametrize("setting", ["MALLOC_ARENA_MAX=2", "MALLOC_MMAP_THRESHOLD_=131072"])
def test_processes_give_memory_back(name: str, overridden_by: str, setting: str) -> None:
    text = (PROJECT / name).read_text()
    assert text.count(setting) == 1
    # What the operator has set comes later.
    assert text.index(setting) < text.index(overridden_by)


@pytest.mark.parametrize(
    "unit", ["galley-web@.service", "galley-worker.service", "galley-backup.service", "galley-backup.timer"]
)
def test_systemd_understands_the_units(unit: str) -> None:
    skip_without("systemd-analyze")
    text = (PROJECT / "deploy" / unit).read_text()
    assert "uvicorn" not in text
    assert re.search(r"manage\.py (serve|worker|backup)", text) or unit.endswith(".timer")
    run = subprocess.run(
        ["systemd-analyze", "verify", PROJECT / "deploy" / unit], capture_output=True, text=True, check=False
    )
    # What isn't installed here is no fault of the unit. A template is tried as the instance `i`.
    own = [line for line in run.stderr.splitlines() if re.search(unit.replace("@", "@i?"), line)]
    faults = [line for line in own if "is not executable" not in line]
    assert faults == []
