"""`deploy/install` on a machine that has none of it: one command, and the site answers by HTTPS."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.server import BORROWED_PACKAGES, skip_without
from tests.deploy.test_upgrade import STAND_IN
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
# What takes its time, for the tests by day.
QUICK = {
    "apt-get": '#!/bin/sh\necho "apt-get $*" >>/root/packages\n',
    # At first, PostgreSQL doesn't answer.
    "psql": '#!/bin/sh\necho "psql $*"\n[ -e /root/answers ]\n',
    "systemctl": '#!/bin/sh\necho "systemctl $*"\n',
    "createdb": "#!/bin/sh\n",
    "service": '#!/bin/sh\n[ "$1" != nginx ] || pgrep -x nginx >/dev/null || nginx\n',
    # All runs as root.
    "setpriv": '#!/bin/sh\nshift 5\nexec "$@"\n',
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


def run_machine(folder: Path, clone: Path, stand_ins: dict[str, str], *lines: str) -> str:
    """Return what the lines print that root types on such a machine, in the clone."""
    skip_without("nginx", "redis-server", "psql", "git", "curl", "openssl", "unshare")
    programs, root = folder / "programs", folder / "root"
    for made in (programs, root):
        made.mkdir()
    for name, text in (STAND_INS | stand_ins).items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    first = "rm -rf /etc/galley.env /srv/galley /usr/local/bin/galley /etc/nginx/conf.d/*"
    run = subprocess.run(
        ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "bash", MACHINE, root, clone, programs],
        input="\n".join([first, *lines]), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "Operation not permitted" in run.stderr and "rm -rf" not in run.stderr:
        pytest.skip(f"This machine has no namespaces: {run.stderr}")
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """Return a repository with this installer and a stand-in for the site. A branch `next` is one release further."""
    folder = tmp_path / "upstream"
    shutil.copytree(PROJECT / "deploy", folder / "deploy")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "first")
    git(folder, "checkout", "--quiet", "-b", "next")
    commit(folder, "second")
    git(folder, "checkout", "--quiet", "main")
    return folder


def commit(folder: Path, name: str) -> None:
    """Commit a release that answers with `name`."""
    (folder / "manage.py").write_text(STAND_IN.read_text().replace('RELEASE = "first"', f'RELEASE = "{name}"'))
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=Galley", "-c", "user.email=galley@localhost", "commit", "--quiet", "-m", name)


def git(folder: Path, *arguments: str) -> None:
    """Run git in the folder."""
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def test_upgrades_come_from_where_the_clone_comes_from(tmp_path: Path, upstream: Path) -> None:
    """The first release is that of the clone, which has one of its own."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", upstream, clone)
    git(clone, "checkout", "--quiet", "-b", "local", "--track", "origin/main")
    commit(clone, "local")
    install = f"deploy/install --self-signed {HOST}"
    answer = f"echo answered $(curl --silent --insecure --resolve {HOST}:443:127.0.0.1 https://{HOST}/)"
    by_ipv6 = answer.replace("127.0.0.1", "[::1]")
    repository = "/srv/galley/repository"
    again = [f"rm -rf {repository}", install, f"echo from $(git -C {repository} remote get-url origin)"]
    output = run_machine(
        tmp_path, clone, QUICK, "touch /root/answers", "export GALLEY_DRAIN=0.1", install, answer,
        f"git -C {upstream} merge --quiet --ff-only next", "galley upgrade", by_ipv6,
        "git checkout --quiet --detach", *again, answer,
        "git remote set-url origin /nowhere", *again,
    )  # fmt: skip
    assert re.findall("answered (.*)", output) == ["local", "second", "second"]
    assert re.findall("from (/.*)", output) == [
        str(upstream),
        "/root/galley, which has no remote that root can fetch from without a password.",
        "/root/galley",
    ]


def test_it_goes_on_where_it_stopped_and_keeps_what_was_changed(tmp_path: Path, upstream: Path) -> None:
    """The command `galley` only marks a release as running, and `systemctl` prints what it is asked."""
    (upstream / "deploy/galley").write_text("#!/bin/sh\necho galley $*\nln -sfn releases /srv/galley/current\n")
    commit(upstream, "none")
    install, conf = f"deploy/install --self-signed {HOST}", "/etc/nginx/conf.d/galley.conf"
    packages = "tail -n 1 /root/packages"
    units = "echo units $(cd /etc/systemd/system; ls galley-* | xargs)"
    output = run_machine(
        tmp_path, upstream, QUICK, "mkdir -p /run/systemd/system",
        f"{install} && exit 1", "touch /root/answers", "echo AGAIN",
        install, packages, units, "grep ^DATABASE_URL= /etc/galley.env", f"echo '# Changed.' >>{conf}", "echo AGAIN",
        install, f"tail -n 1 {conf} {conf}.new", "echo AGAIN",
        # On another host: the settings come from elsewhere, and the database stays there.
        "rm -rf /srv/galley", "sed -i s/@localhost/@db.example.org/ /etc/galley.env", install, packages,
    )  # fmt: skip
    failed, first, second, elsewhere = output.split("AGAIN\n")
    assert ("psql" in failed, "== Certificate" in failed) == (True, False)
    password = re.findall("ALTER ROLE galley PASSWORD '(.*)'", first)[-1]
    assert f"DATABASE_URL='postgres://galley:{password}@localhost/galley'" in first
    own = sorted(path.name for path in (PROJECT / "deploy").glob("galley-*"))
    assert f"units {' '.join(own)}\n" in first
    timer = "systemctl enable --now --quiet galley-backup.timer"
    assert [timer in run for run in (first, second, elsewhere)] == [True, False, True]
    assert ["nginx's settings stay as they are" in run for run in (first, second)] == [False, True]
    assert f"==> {conf} <==\n# Changed.\n" in second
    assert f"==> {conf}.new <==\n}}\n" in second
    assert ["psql" in run for run in (second, elsewhere)] == [False, False]
    local = ("nginx openssl postgresql redis-server\n", "enable --now --quiet redis-server")
    assert [[one in run for one in local] for run in (first, elsewhere)] == [[True, True], [False, False]]
    assert "nginx openssl postgresql-client\n" in elsewhere


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_an_empty_machine_becomes_a_server(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", PROJECT, clone)
    folder = f"/etc/letsencrypt/live/{HOST}"
    given = {"FILE --key FILE": f"{folder}/fullchain.pem --key {folder}/privkey.pem", "REVISION": "HEAD"}
    lines = []
    for command in read_commands("deploy/install"):
        for placeholder, value in given.items():
            command = command.replace(placeholder, value)
        lines += [command, f"echo answered $({ASK}/health/ready) $({ASK}/admin/login/)"]
    # The account that the commands have.
    lines += ["galley shell -c 'import getpass; print(\"account\", getpass.getuser())'"]
    lines += ["galley status", "stat --format='settings %a %U' /etc/galley.env"]
    # Without the command `galley`, nothing of the server's settings is known.
    bare = "env -u DJANGO_SETTINGS_MODULE .venv/bin/python manage.py check"
    lines += ["cd /srv/galley/current", f"{{ {bare} 2>&1 || true; }} | tail -n 1"]
    output = run_machine(tmp_path, clone, {}, *lines)
    assert re.findall("answered (.*)", output) == ["200 200"] * len(read_commands("deploy/install"))
    assert "settings 600 root" in output
    assert "account galley\n" in output
    assert "looks like a server: there is /etc/galley.env" in output


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_the_database_may_be_on_another_host(tmp_path: Path) -> None:
    """As `docs/several-hosts.md` sets that host up; here it is the same machine, by the other's address."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", PROJECT, clone)
    lines = [line.replace("PASSWORD", "password") for kind in ("runuser", "echo") for line in read_commands(kind)]
    lines = [f"setsid {line} <<<$'password\\npassword'" if "--pwprompt" in line else line for line in lines]
    [copy] = read_commands("install")
    settings = [line for line in read_commands("settings") if re.match("(DATABASE|REDIS)_.*(10.0.0.3|=5)", line)]
    settings += [f"SECRET_KEY={'0123456789' * 5}"]
    output = run_machine(
        tmp_path, clone, {},
        "ip address add 10.0.0.3/32 dev lo", "service postgresql start", *lines,
        "service postgresql restart", "service redis-server restart", copy,
        *[f'echo "{line.replace("PASSWORD", "password")}" >>/etc/galley.env' for line in settings],
        f"deploy/install --self-signed {HOST}", f"echo answered $({ASK}/health/ready)",
        "galley shell -c 'from django.db import connection as c; print(c.settings_dict[\"HOST\"], c.vendor)'",
        "galley shell -c 'from django.core.cache import cache; cache.set(\"a\", \"kept\"); print(cache.get(\"a\"))'",
    )  # fmt: skip
    assert len(settings) == 4
    assert "answered 200" in output
    assert "10.0.0.3 postgresql" in output
    assert "kept" in output


@pytest.mark.nightly
def test_certbot_gets_a_certificate_and_renews_it(tmp_path: Path, upstream: Path) -> None:
    """By the protocol of Let's Encrypt (RFC 8555), from an authority that Caddy runs."""
    skip_without("certbot", "caddy")
    authority, files = "https://localhost:9443", f"/etc/letsencrypt/live/{HOST}"
    settings = (
        f"{{\nskip_install_trust\nauto_https disable_redirects\n}}\n{authority} {{\ntls internal\nacme_server\n}}"
    )
    client = f"server = {authority}/acme/local/directory\nno-verify-ssl = true"
    ask = f"openssl s_client -connect 127.0.0.1:443 -servername {HOST}"
    show = [
        f"echo stored $(openssl x509 -in {files}/fullchain.pem -noout -issuer -serial)",
        f"echo served $({ask} </dev/null 2>/dev/null | openssl x509 -noout -issuer -serial) to $({ASK}/)",
    ]
    output = run_machine(
        tmp_path, upstream, QUICK | {"certbot": '#!/bin/sh\nexec /usr/bin/certbot "$@"\n'},
        f"echo '127.0.0.1 localhost {HOST}' >/etc/hosts", "rm -rf /etc/letsencrypt", "mkdir /etc/letsencrypt",
        f"echo '{client}' >/etc/letsencrypt/cli.ini", f"echo '{settings}' >/root/Caddyfile",
        "caddy run --config /root/Caddyfile --adapter caddyfile >/root/caddy.log 2>&1 &",
        f"until curl --silent --insecure --output /dev/null {authority}; do sleep 0.2; done", "touch /root/answers",
        f"deploy/install {HOST}", *show, "certbot renew --force-renewal --no-random-sleep-on-renew --quiet", *show,
    )  # fmt: skip
    stored = re.findall("^stored issuer=CN = Caddy Local Authority .* serial=(.*)", output, re.MULTILINE)
    served = re.findall("^served issuer=CN = Caddy Local Authority .* serial=(.*) to 200", output, re.MULTILINE)
    assert stored == served
    assert len(set(stored)) == 2
