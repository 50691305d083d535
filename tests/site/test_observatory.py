"""MDN's HTTP Observatory, its own program, asks the site over TLS, behind nginx as it is deployed."""

import json
import os
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from benchmarks.lighthouse.front import Front, run_nginx
from benchmarks.lighthouse.site import production_settings
from tests.running_site import PROJECT, build_small_site, environment, run_site, wait_until
from tests.site.node import NPM_FOLDER, node_program

# It comes without the lists that it fetches when it is installed: of hosts whose HSTS is built into browsers, and of
# domains. This host is in neither.
LISTS = {"hsts-preload.json": "{}", "tld-list.json": "[]"}


@pytest.mark.nightly
def test_the_front_page_has_at_least_115_points(tmp_path: Path) -> None:
    build_small_site(tmp_path)
    settings = production_settings(tmp_path)
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    env = environment(tmp_path, WAGTAILADMIN_BASE_URL="http://localhost", **settings)
    subprocess.run(collect, cwd=PROJECT, env=env, check=True)
    with run_site(tmp_path, has_worker=False, **settings) as site:
        folder = tmp_path / "nginx"
        folder.mkdir()
        with run_nginx(folder, site.url) as front:
            found = ask(front)
            bare = folder / "nginx.conf"
            # Without the policies that the site sends.
            hidden = "".join(f"proxy_hide_header {name};\n" for name in ("Content-Security-Policy", "X-Frame-Options"))
            bare.write_text(bare.read_text().replace("proxy_pass ", f"{hidden}proxy_pass "))
            subprocess.run(["nginx", "-c", bare, "-s", "reload"], check=True)
            wait_until(lambda: not has_policy(front))
            control = ask(front)
    assert (found["scan"]["grade"], found["scan"]["testsFailed"]) == ("A+", 0)
    assert found["scan"]["score"] == 130
    assert control["scan"]["score"] < 90


def has_policy(front: Front) -> bool:
    trusting = ssl.create_default_context(cafile=front.certificate)
    with urllib.request.urlopen(front.url, context=trusting) as answer:
        return "Content-Security-Policy" in answer.headers


def ask(front: Front) -> dict[str, Any]:
    """Return what the program says of the site."""
    program = node_program("@mdn/mdn-http-observatory/src/scan.js")
    for name, content in LISTS.items():
        (program.parents[1] / "conf" / name).write_text(content)
    env = os.environ | {
        "NODE_EXTRA_CA_CERTS": str(front.certificate),
        "HTTP_SOCKET": str(front.certificate.parent / "plain.sock"),
        "HTTPS_PORT": front.url.rpartition(":")[2],
    }
    command = ["node", "--require", NPM_FOLDER / "ports.cjs", program, "localhost"]
    return json.loads(subprocess.check_output(command, env=env))
