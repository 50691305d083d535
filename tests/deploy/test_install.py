"""`deploy/install` on a machine that has none of it: one command, and the site answers by HTTPS."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.server import BORROWED_PACKAGES, skip_without
from tests.docs.operating import read_commands
from tests.running_site import PROJECT

MACHINE = Path(__file__).with_name("stand_in") / "machine.sh"
HOST = "galley.example.org"
# Neither Debian's packages nor a certificate can be had without a network. The packages are those of this machine.
STAND_INS = {
    "uv": BORROWED_PACKAGES,
    "apt-get": '#!/bin/sh\necho "apt-get $*"\n',
    "certbot": f"""#!/bin/sh
mkdir -p /etc/letsencrypt/live/{HOST}
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST} -keyout /etc/letsencrypt/live/{HOST}/privkey.pem \\
    -out /etc/letsencrypt/live/{HOST}/fullchain.pem
""",
}
ASK = f"curl --silent --insecure --resolve {HOST}:443:127.0.0.1 --output /dev/null --write-out '%{{http_code}}' https://{HOST}"


def test_its_options_are_those_of_the_documents() -> None:
    """It says what it needs before it does anything: here, root."""
    commands = read_commands("deploy/install")
    assert f"deploy/install {HOST}" in commands
    account = ["setpriv", "--reuid", "65534", "--clear-groups"] if not os.getuid() else []
    for command in [*commands, f"deploy/install --nonsense {HOST}"]:
        run = subprocess.run([*account, *command.split()], cwd=PROJECT, capture_output=True, text=True, check=False)
        expected = "There is no option --nonsense" if "nonsense" in command else "run it with sudo"
        assert (run.returncode, expected in run.stderr) == (1, True), run.stderr


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_an_empty_machine_becomes_a_server(tmp_path: Path) -> None:
    skip_without("nginx", "redis-server", "psql", "git", "curl", "openssl", "unshare")
    programs, clone, root = (tmp_path / name for name in ("programs", "clone", "root"))
    for folder in (programs, root):
        folder.mkdir()
    for name, text in STAND_INS.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    subprocess.run(["git", "clone", "--quiet", PROJECT, clone], check=True)
    folder = f"/etc/letsencrypt/live/{HOST}"
    given = {"FILE --key FILE": f"{folder}/fullchain.pem --key {folder}/privkey.pem", "REVISION": "HEAD"}
    lines = ["rm -rf /etc/galley.env /srv/galley /usr/local/bin/galley /etc/nginx/conf.d/*"]
    for command in read_commands("deploy/install"):
        for placeholder, value in given.items():
            command = command.replace(placeholder, value)
        lines += [command, f"echo answered $({ASK}/health/ready) $({ASK}/admin/login/)"]
    lines += ["galley status", "stat --format='settings %a %U' /etc/galley.env"]
    # Without the command `galley`, nothing of the server's settings is known.
    bare = "env -u DJANGO_SETTINGS_MODULE .venv/bin/python manage.py check"
    lines += ["cd /srv/galley/current", f"{{ {bare} 2>&1 || true; }} | tail -n 1"]
    run = subprocess.run(
        ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "bash", MACHINE, root, clone, programs],
        input="\n".join(lines), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "Operation not permitted" in run.stderr and "answered" not in run.stdout:
        pytest.skip(f"This machine has no namespaces: {run.stderr}")
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.findall("answered (.*)", run.stdout) == ["200 200"] * len(read_commands("deploy/install"))
    assert "settings 600 root" in run.stdout
    assert "looks like a server: there is /etc/galley.env" in run.stdout
