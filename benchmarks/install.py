"""How long `deploy/install` takes on an empty Debian: `python -m benchmarks.install --json FILE`. Needs root.

The empty Debian is what debootstrap makes, in a folder, with processes of its own, and with the network and the
certificates of this machine. Nothing is cached: packages come from Debian and PyPI. The ports 80, 443, 5432, 6379 and
8080 have to be free. It ends with 1 if the site isn't there after three minutes.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks import facts
from tests.running_site import PROJECT

HOST = "galley.example.org"
MAX_SECONDS = 180
# A step of `deploy/install`, or of `galley upgrade` within it.
STEP = re.compile(r"== (.+)|(Building(?= \d)|Migrating|Starting)\b.* \.\.\.")
PROGRAMS = ("debootstrap", "unshare", "chroot", "curl", "git")
LOCAL_CERTIFICATES = Path("/usr/local/share/ca-certificates")
# Services ask for it. All ends with the first process.
INSIDE = f"""
mount -t proc proc /proc
cd /root/galley
deploy/install --self-signed {HOST} || exit 1
echo == Answer
curl --silent --show-error --fail --insecure --resolve {HOST}:443:127.0.0.1 --output /dev/null --write-out \
    '%{{http_code}} over %{{scheme}} %{{http_version}}\\n' https://{HOST}/health/ready || exit 1
"""


def main() -> int:
    """Make the system, run the installer, print how long each step took."""
    options = _read_options()
    if os.getuid() or (missing := [program for program in PROGRAMS if not shutil.which(program)]):
        sys.exit(f"This needs root, and {' '.join(PROGRAMS)}: {' '.join(missing) if not os.getuid() else ''}")
    with tempfile.TemporaryDirectory(prefix="galley-install-") as folder:
        root = Path(folder) / "root"
        _make_system(root, options.base, options.suite, options.revision)
        began, processor_before = time.monotonic(), _processor_seconds()
        lines: list[tuple[float, str]] = []
        with _start(root) as process:
            for line in process.stdout or ():
                lines.append((time.monotonic() - began, line.rstrip()))
                print(f"{lines[-1][0]:6.1f} s  {lines[-1][1]}", flush=True)
        if not process.returncode:
            steps = seconds_of_steps(lines)
            print("\n".join(f"| {step} | {seconds:.0f} s |" for step, seconds in steps.items()), flush=True)
            if options.json:
                report: dict[str, Any] = {"seconds": {step: round(seconds, 1) for step, seconds in steps.items()}}
                report["processor_seconds"] = round(_processor_seconds() - processor_before, 1)
                report |= {
                    "load": os.getloadavg()[1],
                    "machine": facts.machine(),
                    "commit": _full_name(options.revision)[:12],
                }
                options.json.write_text(json.dumps(report, indent=2) + "\n")
            return int(steps["all"] > MAX_SECONDS)
    return process.returncode


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.install", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--revision", default="HEAD", help="what is installed; default HEAD")
    parser.add_argument("--suite", default="bookworm", help="the release of Debian; default bookworm")
    parser.add_argument("--base", type=Path, metavar="FOLDER", help="keep the empty system here for the next time")
    return parser.parse_args()


def seconds_of_steps(lines: Iterable[tuple[float, str]]) -> dict[str, float]:
    """Return how long each step took, and all of them, from the lines that the installer printed at these seconds."""
    starts = [(at, match[1] or match[2]) for at, line in lines if (match := STEP.fullmatch(line))]
    ends = [at for at, _name in starts[1:]]
    steps = {name: end - at for (at, name), end in zip(starts, ends, strict=False)}
    return steps | {"all": ends[-1]}


def _processor_seconds() -> float:
    """Return what all processes have taken that were started here and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _make_system(root: Path, base: Path | None, suite: str, revision: str) -> None:
    """Put an empty Debian into `root`, and the project into its `/root/galley`."""
    empty = base or root
    if not (empty / "etc").exists():
        options = ["--variant=minbase", "--include=ca-certificates"]
        subprocess.run(["debootstrap", *options, suite, str(empty)], check=True, stdout=subprocess.DEVNULL)
    if base:
        subprocess.run(["cp", "--archive", base, root], check=True)
    for certificate in LOCAL_CERTIFICATES.glob("*.crt"):
        shutil.copy(certificate, root / str(LOCAL_CERTIFICATES).lstrip("/"))
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    subprocess.run(["chroot", root, "update-ca-certificates"], check=True, capture_output=True)
    # The clock of this machine may not be right.
    (root / "etc/apt/apt.conf.d/90clock").write_text('Acquire::Check-Date "false";\n')
    clone = root / "root/galley"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", PROJECT, clone], check=True)
    subprocess.run(["git", "-C", clone, "checkout", "--quiet", "--detach", _full_name(revision)], check=True)


def _full_name(revision: str) -> str:
    command = ["git", "rev-parse", "--verify", revision]
    return subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.strip()


def _start(root: Path) -> subprocess.Popen[str]:
    for device in ("null", "zero", "random", "urandom", "tty"):
        (root / "dev" / device).touch()
    mounts = "".join(f"mount --bind /dev/{name} {root}/dev/{name}; " for name in ("null", "zero", "random", "urandom"))
    mounts += f"mkdir -p {root}/dev/shm; mount -t tmpfs tmpfs {root}/dev/shm; "  # noqa: S108  (PostgreSQL's)
    command = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "sh", "-ec"]
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        # uv brings certificates of its own, which don't have those of this machine.
        "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
    }
    return subprocess.Popen(
        [*command, f'{mounts} exec chroot "$1" sh -c "$2"', "sh", root, INSIDE],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main())
