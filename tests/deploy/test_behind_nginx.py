"""The site behind nginx, which the deployed file sets up: it is well, and one id leads from there to the task."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from django.utils import timezone

from benchmarks.lighthouse.front import Front, run_nginx
from benchmarks.ports import find_port
from tests.deploy.server import skip_without
from tests.running_site import EDITOR, PROJECT, RunningSite, environment, run_site

RESET = "/admin/password_reset/"
WELL = ["settings", "Redis", "worker", "queue", "scheduled pages", "index", "mail", "address", "policy", "certificate"]
WELL += ["backups", "files", "disk", "database"]


@pytest.fixture(scope="module")
def behind_nginx(
    small_site_folder: Path, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunningSite, Front, dict[str, str]]]:
    """Site and worker, the nginx in front of them, and the variables of both."""
    skip_without("nginx", "openssl")
    folder = tmp_path_factory.mktemp("front")
    shutil.copytree(small_site_folder, folder / "var")
    mail = Controller(Sink(), hostname="127.0.0.1", port=find_port())
    mail.start()
    own = {"REDIS_URL": redis_url, "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "LOG_FORMAT": "json"}
    try:
        with (
            run_site(folder / "var", options=["--access-log"], LOG_LEVEL="INFO", **own) as site,
            run_nginx(folder, site.url) as front,
        ):
            yield site, front, own
    finally:
        mail.stop()


def test_the_doctor_finds_a_good_server_well(behind_nginx: tuple[RunningSite, Front, dict[str, str]]) -> None:
    site, front, own = behind_nginx
    backup = site.var_dir / f"backups/{timezone.now():%Y%m%d-%H%M%S}"
    backup.mkdir(parents=True)
    (backup / "manifest.json").touch()
    own = own | {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "0123456789abcdefghij" * 3,
        "ALLOWED_HOSTS": "localhost",
        "WAGTAILADMIN_BASE_URL": front.url,
        "SSL_CERT_FILE": str(front.certificate),
        "BACKUP_DIR": str(backup.parent),
    }
    command = [sys.executable, "manage.py", "doctor"]
    run = subprocess.run(
        command, cwd=PROJECT, env=environment(site.var_dir, **own), capture_output=True, text=True, check=False
    )
    # Whether a time server corrects the clock is the machine's.
    found = [line for line in run.stdout.splitlines() if line[:1].strip() and "clock: " not in line]
    assert ([line for line in found if not line.startswith("well  ")], run.returncode) == ([], 0), run.stderr
    assert sorted(re.findall(r"^well    ([\w ]+):", "\n".join(found), re.MULTILINE)) == sorted(WELL)


def test_one_id_leads_from_nginx_to_site_and_task(behind_nginx: tuple[RunningSite, Front, dict[str, str]]) -> None:
    site, front, _ = behind_nginx
    browser = requests.Session()
    browser.verify = str(front.certificate)
    browser.trust_env = False  # its bundle of certificates would count more
    browser.get(front.url + RESET)
    form = {"email": f"{EDITOR}@example.org", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    sent = browser.post(front.url + RESET, form, headers={"Origin": front.url}, allow_redirects=False)
    assert sent.status_code == 302
    site.wait_for_worker()
    lines = (front.certificate.parent / "access.log").read_text().splitlines()
    [request_id] = [line.split()[-1][:16] for line in lines if f'"POST {RESET}' in line]
    logged = [json.loads(line) for line in site.log.splitlines() if line.startswith("{")]
    of_request = [line for line in logged if line.get("request_id") == request_id]
    assert any(line["logger"] == "uvicorn.access" and RESET in line["event"] for line in of_request)
    assert any("task_id" in line and "send_reset_mail" in line["event"] for line in of_request), logged
