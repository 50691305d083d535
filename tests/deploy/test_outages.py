"""PostgreSQL, Redis, the mail server or room on the disk is away while visitors read and editors work."""

import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
import requests

from tests.deploy.load import CACHED, Load, Visitors, request
from tests.running_site import (
    BLOG_ID,
    DATABASE,
    EDITOR,
    POST_ID,
    STARTS_WITHIN,
    RunningSite,
    build_small_site,
    read_session,
    run_site,
    wait_until,
)
from tests.services import run_postgresql, run_redis
from tests.transfer.conftest import picture

# Of Redis, in seconds.
ABSENCE = 60
UNMENDED = "tests.deploy.unmended"
UNAVAILABLE = "searched 503"
UNFINISHED = "SELECT task_path FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
RESET_MAIL = "galley.rate_limits.tasks.send_reset_mail"
ADMIN = ["/admin/", "/admin/pages/", "/admin/images/", "/admin/reports/broken-links/"]


@pytest.mark.nightly
def test_while_the_database_is_away_stored_pages_are_shown(tmp_path: Path) -> None:
    with run_postgresql() as server:
        build_small_site(tmp_path, DATABASE_URL=server.url)
        with run_site(tmp_path, has_worker=False, DATABASE_URL=server.url) as site:
            for path in CACHED:
                request(site.url + path)
            visitors = Visitors(site)
            with visitors:
                for _ in range(3):
                    visitors.wait_for("stored 200")
                    visitors.wait_for("searched 200")
                    server.kill()
                    visitors.wait_for(UNAVAILABLE)
                    visitors.wait_for("stored 200")
                    server.start()
                    visitors.wait_for("searched 200")
                    # From here on, nobody sees an error. How long it takes, `benchmarks.outages` measures.
                    before = visitors.answers[UNAVAILABLE]
                    visitors.wait_for("searched 200")
                    assert visitors.answers[UNAVAILABLE] == before
            assert visitors.failures == []
            assert set(visitors.answers) == {"stored 200", "searched 200", UNAVAILABLE}


@pytest.mark.nightly
def test_a_pool_that_waits_long_costs_visitors_their_patience(tmp_path: Path) -> None:
    with run_postgresql() as server:
        own = {"DATABASE_URL": server.url, "DJANGO_SETTINGS_MODULE": UNMENDED, "UNMENDED": "pool"}
        build_small_site(tmp_path, **own)
        with run_site(tmp_path, has_worker=False, **own) as site, Visitors(site) as visitors:
            visitors.wait_for("searched 200")
            server.kill()
            visitors.wait_for_failures()
    assert all("timed out" in failure for failure in visitors.failures)


class EditorsAndVisitors(Load):
    """Every second request is an editor's, at one screen after the other."""

    def __init__(self, site: RunningSite) -> None:
        super().__init__(self._visit)
        self._site, self._cookie = site, f"sessionid={read_session(site.var_dir)}"

    def _visit(self, number: int) -> str:
        if number % 2:
            status, _ = request(f"{self._site.url}/search/?query=word{number}")
            return f"public {status}"
        status, text = request(self._site.url + ADMIN[number // 2 % len(ADMIN)], Cookie=self._cookie)
        return f"admin {status}" if "wagtail-sidebar" in text else "sign-in"


@pytest.mark.nightly
def test_while_redis_is_away_nobody_notices(tmp_path: Path) -> None:
    build_small_site(tmp_path)
    with run_redis() as server, run_site(tmp_path, REDIS_URL=server.url) as site:
        with EditorsAndVisitors(site) as load:
            for seconds in (ABSENCE, 0):
                load.wait_for("admin 200")
                server.kill()
                returns = time.monotonic() + seconds
                while True:
                    load.wait_for("admin 200")
                    load.wait_for("public 200")
                    if time.monotonic() >= returns:
                        break
                assert "no answer from Redis" in request(f"{site.url}/health/ready")[1]
                server.start()
            load.wait_for("admin 200")
        assert load.failures == []
        assert set(load.answers) == {"public 200", "admin 200"}


@pytest.mark.nightly
def test_with_a_cache_that_raises_all_notice_that_redis_is_away(tmp_path: Path) -> None:
    build_small_site(tmp_path)
    own = {"DJANGO_SETTINGS_MODULE": UNMENDED, "UNMENDED": "cache"}
    with run_redis() as server, run_site(tmp_path, REDIS_URL=server.url, **own) as site:
        with EditorsAndVisitors(site) as load:
            load.wait_for("admin 200")
            server.kill()
            load.wait_for_failures()
        assert all("HTTPError 500" in failure for failure in load.failures)


class Desk:
    """An editor who uploads pictures and saves a page, and visitors who read."""

    def __init__(self, site: RunningSite) -> None:
        self._site = site
        self._browser = requests.Session()
        self._browser.cookies.set("sessionid", read_session(site.var_dir))
        answer = self._browser.get(f"{site.url}/admin/session/", headers={"X-Requested-With": "XMLHttpRequest"})
        self._headers = {"X-CSRFToken": answer.json()["token"], "X-Requested-With": "XMLHttpRequest"}
        self._words = count()
        self._pages = iter([POST_ID, POST_ID + 1, BLOG_ID])

    def post(self, path: str, data: dict[str, str], **options: object) -> requests.Response:
        return self._browser.post(self._site.url + path, data, headers=self._headers, timeout=60, **options)

    def try_upload(self) -> requests.Response:
        files = {"files[]": ("new.png", picture(f"#{next(self._words):06x}", (400, 300)))}
        return self.post("/admin/images/multiple/add/", {"title": "New"}, files=files)

    def upload(self) -> dict:
        return self.try_upload().json()

    def ask_for_reset_mail(self) -> None:
        self.post("/admin/password_reset/", {"email": f"{EDITOR}@example.org"})

    def read(self) -> set[int]:
        # Its picture was never asked for: it has to be made.
        share = f"/share/{next(self._pages)}/x.png"
        paths = ["/", "/blog/", f"/search/?query=word{next(self._words)}", share]
        return {requests.get(self._site.url + path, timeout=60).status_code for path in paths}

    def query(self, sql: str) -> list[tuple]:
        with closing(sqlite3.connect(self._site.var_dir / DATABASE, timeout=60)) as database:
            return database.execute(sql).fetchall()

    def count_pictures(self) -> tuple[int, int]:
        """Return how many pictures the database has, and how many files there are."""
        [(rows,)] = self.query("SELECT COUNT(*) FROM home_siteimage")
        return rows, len([path for path in (self._site.var_dir / "media").rglob("original_images/*") if path.is_file()])


def mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with a disk of its own, and another one for its media."""
    folder = tmp_path / "var"
    mounted: list[Path] = []
    try:
        for place, size in ((folder, "64m"), (folder / "media", "4m")):
            place.mkdir()
            mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", place)
            mounted.append(place)
        yield folder
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("This machine lets the tests mount no disk: run them as root")
    finally:
        for place in reversed(mounted):
            subprocess.run(["umount", "--lazy", place], check=True)


def fill(folder: Path) -> Path:
    """Leave no room on the disk of `folder`; return the file that takes it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    return ballast


@pytest.mark.nightly
def test_full_disks_and_a_mail_server_that_says_nothing_cost_nothing(small_disk: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as black_hole:
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{black_hole.getsockname()[1]}/?timeout=1"}
        build_small_site(small_disk)
        with run_site(small_disk, **mail) as site:
            desk = Desk(site)
            assert desk.upload()["success"]
            full, media = "is full, or can't be written to", small_disk / "media"
            before = desk.count_pictures()

            ballast = fill(media)
            assert full in desk.upload()["error_message"]
            assert (desk.read(), desk.count_pictures()) == ({200}, before)
            ballast.unlink()

            mount("-o", "remount,ro", media)
            assert full in desk.upload()["error_message"]
            assert (desk.read(), desk.count_pictures()) == ({200}, before)
            mount("-o", "remount,rw", media)

            ballast = fill(small_disk)
            # What the database has reserved may be enough for a few.
            refused = next(answer for _ in range(100) if (answer := desk.try_upload()).status_code != 200)
            assert (refused.status_code, "was not saved" in refused.text) == (503, True)
            rows, files = desk.count_pictures()
            assert rows == files
            assert desk.read() == {200}
            ballast.unlink()

            # All is as before, and the worker goes on after a mail that nobody takes.
            desk.ask_for_reset_mail()
            assert desk.upload()["success"]
            assert desk.count_pictures() == (rows + 1, files + 1)
            wait_until(lambda: not desk.query(UNFINISHED))
            ends = dict(
                desk.query("SELECT task_path, status FROM django_tasks_database_dbtaskresult ORDER BY enqueued_at")
            )
            assert ends.pop(RESET_MAIL) == "FAILED"
            assert set(ends.values()) == {"SUCCESSFUL"}


@pytest.mark.nightly
def test_a_worker_that_waits_without_limit_does_nothing_else(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as black_hole:
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{black_hole.getsockname()[1]}/?timeout=1"}
        build_small_site(tmp_path)
        with run_site(tmp_path, DJANGO_SETTINGS_MODULE=UNMENDED, UNMENDED="mail", **mail) as site:
            desk = Desk(site)
            desk.ask_for_reset_mail()
            connection, _address = black_hole.accept()
            assert desk.upload()["success"]
            # Two beats are ten seconds apart, and the limit would be one second.
            for _ in range(2):
                [beat] = desk.query("SELECT seen_at FROM tasks_worker")
                wait_until(lambda beat=beat: desk.query("SELECT seen_at FROM tasks_worker") != [beat])
            assert len(desk.query(UNFINISHED)) > 1
            assert (RESET_MAIL,) in desk.query(UNFINISHED)
            # It goes on when the server hangs up.
            connection.close()
            wait_until(lambda: not desk.query(UNFINISHED))


@pytest.mark.nightly
def test_a_task_whose_database_goes_away_is_taken_up_again(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mail_server, run_postgresql() as database:
        mail_server.settimeout(STARTS_WITHIN)
        own = {
            "DATABASE_URL": database.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.getsockname()[1]}/?timeout={STARTS_WITHIN}",
        }
        build_small_site(tmp_path, **own)
        with run_site(tmp_path, **own) as site:
            Desk(site).ask_for_reset_mail()
            first, _address = mail_server.accept()
            database.kill()
            # The task ends, and neither its result nor its lease can be stored.
            first.close()
            wait_until(lambda: "The worker goes on" in site.log)
            database.start()
            second, _address = mail_server.accept()
            second.close()


@pytest.mark.nightly
def test_files_that_are_written_in_their_place_stay_there_by_half(small_disk: Path) -> None:
    build_small_site(small_disk)
    with run_site(small_disk, DJANGO_SETTINGS_MODULE=UNMENDED, UNMENDED="files") as site:
        desk, media = Desk(site), small_disk / "media"
        rows, files = desk.count_pictures()
        fill(media)
        desk.try_upload()
        assert desk.count_pictures() == (rows, files + 1)
