"""`kill -9` of the worker in the middle of a task: nothing is lost, and nothing is done twice."""

import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from email import message_from_bytes
from itertools import count, repeat
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from PIL import Image

from tests.running_site import DATABASE, PROJECT, environment, start_process, wait_until
from tests.transfer.conftest import picture

WORKER = ["worker", "--interval", "0.02", "--no-startup-delay"]
KINDS = ["mail", "pictures", "publishing", "import"]
IMPORTED = 3


class Mailbox:
    """A mail server. It counts each e-mail, by Message-ID, as often as it is delivered."""

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        # The worker that is killed when its e-mail is taken, before it hears of that.
        self.victim: Future[int] | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.received[message_from_bytes(envelope.content)["Message-ID"]] += 1
        if self.victim:
            os.kill(self.victim.result(), signal.SIGKILL)
            self.victim = None
        return "250 OK"


class Site:
    """A site whose worker is killed: its files, its mailbox, and the process that forks workers."""

    def __init__(self, var_dir: Path, mailbox: Mailbox, forker: subprocess.Popen) -> None:
        self.var_dir = var_dir
        self.mailbox = mailbox
        self._forker = forker
        self._numbers = Counter[str]()
        self.kills = 0
        # Tasks that upstream's worker would never have run again.
        self.interrupted = 0

    def query(self, sql: str) -> list[tuple]:
        with closing(sqlite3.connect(self.var_dir / DATABASE, timeout=60)) as database, database:
            return database.execute(sql).fetchall()

    def start(self, **order: Any) -> int:
        self._forker.stdin.write(json.dumps(order) + "\n")
        self._forker.stdin.flush()
        return json.loads(self._forker.stdout.readline())["pid"]

    def wait(self) -> dict[str, int]:
        return json.loads(self._forker.stdout.readline())

    def add_work(self, kind: str) -> None:
        self._numbers[kind] += 1
        number = self._numbers[kind]
        if kind == "import":
            for part in range(IMPORTED):
                self._write_post(f"{number}-{part}")
            return
        self.start(work=kind, number=number)
        assert self.wait()["status"] == 0

    def _write_post(self, name: str) -> None:
        folder = self.var_dir / "old-blog"
        folder.mkdir(exist_ok=True)
        (folder / f"picture-{name}.png").write_bytes(picture(f"#{random.randrange(2**24):06x}", (60, 40)))
        (folder / f"2015-06-11-post-{name}.md").write_text(f"---\ntitle: Imported {name}\n---\n![](picture-{name}.png)")

    def run(self, kind: str, kill_at: int = 0) -> int:
        """Do the work, or begin it and be killed. Return the number of events."""
        thread = "scheduled-commands" if kind == "publishing" else "MainThread"
        if kind == "import":
            self.start(command=["import_posts", str(self.var_dir / "old-blog")], kill_at=kill_at, thread=thread)
            return self._note_end(self.wait())
        pid = self.start(command=WORKER, kill_at=kill_at, thread=thread)
        wait_until(lambda: self._is_idle() or _has_ended(pid))
        if not _has_ended(pid):
            os.kill(pid, signal.SIGTERM)
        return self._note_end(self.wait())

    def _note_end(self, end: dict[str, int]) -> int:
        # A worker that finds nothing to do is asked to end before it listens for that.
        assert end["status"] in (0, -signal.SIGTERM, -signal.SIGKILL), end
        self.kills += end["status"] == -signal.SIGKILL
        return end["events"]

    def _is_idle(self) -> bool:
        """Whether nothing is left that is due."""
        tasks = """
            SELECT 1 FROM django_tasks_database_dbtaskresult
            WHERE status = 'RUNNING' OR status = 'READY' AND (run_after > '9999' OR run_after <= datetime('now'))
        """
        posts = "SELECT 1 FROM wagtailcore_revision WHERE approved_go_live_at <= datetime('now', '+1 second')"
        return not (self.query(tasks) or self.query(posts))

    def let_leases_end(self) -> None:
        """Do what a minute does, and count the tasks that the kill has interrupted."""
        self.interrupted += len(self.query("SELECT 1 FROM django_tasks_database_dbtaskresult WHERE status = 'RUNNING'"))
        self.query("UPDATE tasks_lease SET until = '2000-01-01' WHERE is_renewed")
        self.query("UPDATE django_tasks_database_dbtaskresult SET started_at = '2000-01-01' WHERE status = 'RUNNING'")

    def check(self) -> None:
        """Nothing is lost, and nothing is there twice."""
        tasks = self.query("SELECT task_path, args_kwargs, status FROM django_tasks_database_dbtaskresult")
        assert {status for _, _, status in tasks} <= {"SUCCESSFUL"}, tasks
        messages, posts, images = (self._numbers[kind] for kind in ("mail", "publishing", "pictures"))
        states = self.query("SELECT mail_state, COUNT(*) FROM forms_contactmessage GROUP BY 1")
        assert dict(states) == ({"sent": messages} if messages else {})
        assert len(self.mailbox.received) == messages
        live = "SELECT COUNT(*) FROM wagtailcore_page WHERE live AND title LIKE 'Scheduled %'"
        published = "SELECT COUNT(*) FROM wagtailcore_pagelogentry WHERE action = 'wagtail.publish.scheduled'"
        assert (self.query(live), self.query(published)) == ([(posts,)], [(posts,)])
        read = [args for path, args, _ in tasks if path.endswith("read_published_page")]
        titles = "SELECT id FROM wagtailcore_page WHERE title LIKE 'Scheduled %' OR title LIKE 'Imported %'"
        assert {json.loads(args)["args"][0] for args in read} == {pk for (pk,) in self.query(titles)}
        assert len(set(read)) == len(read)
        self._check_pictures(images)
        imported = self._numbers["import"] * IMPORTED
        count = "SELECT COUNT(*), COUNT(DISTINCT title) FROM wagtailcore_page WHERE title LIKE 'Imported %' AND live"
        assert self.query(count) == [(imported, imported)]

    def _check_pictures(self, number: int) -> None:
        media = self.var_dir / "media"
        made = "SELECT file FROM home_rendition WHERE file LIKE 'pictures/%'"
        stored = {name for (name,) in self.query(made)}
        assert {path.relative_to(media).as_posix() for path in media.glob("pictures/*/*")} == stored
        originals = {name for (name,) in self.query("SELECT file FROM home_siteimage")}
        assert {path.relative_to(media).as_posix() for path in media.glob("original_images/*")} == originals
        for title, expected in (("Drawing %", number), ("Picture %", self._numbers["import"] * IMPORTED)):
            assert self.query(f"SELECT COUNT(*) FROM home_siteimage WHERE title LIKE '{title}'") == [(expected,)]  # noqa: S608
        for name in stored | originals:
            if not name.endswith(".svg"):
                Image.open(media / name).load()


def _has_ended(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.fixture
def site(small_site_folder: Path, tmp_path: Path) -> Iterator[Site]:
    var_dir = tmp_path / "site"
    shutil.copytree(small_site_folder, var_dir)
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    env = environment(var_dir, EMAIL_URL=f"smtp://127.0.0.1:{port}", WAGTAILADMIN_BASE_URL="http://localhost")
    forker = start_process(
        [sys.executable, "-m", "tests.galley.tasks.killed"],
        cwd=PROJECT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Site(var_dir, mailbox, forker)
    finally:
        forker.kill()
        forker.wait()
        controller.stop()


def kill_and_go_on(site: Site, kind: str, kill_at: int) -> None:
    """Kill the process at that event of new work, and let the next one go on."""
    site.add_work(kind)
    site.run(kind, kill_at)
    site.let_leases_end()
    site.run(kind)


def kill_after_delivery(site: Site) -> None:
    """Kill the worker in the moment in which it can't know whether the mail server has its e-mail."""
    victim: Future[int] = Future()
    site.mailbox.victim = victim
    site.add_work("mail")
    victim.set_result(site.start(command=WORKER, kill_at=0, thread="MainThread"))
    site._note_end(site.wait())
    site.let_leases_end()


def kill_often(site: Site, kinds: list[str], kills: int, moments: Iterator[float]) -> None:
    """Kill so many processes, each at a moment between the beginning (0) and the end (1) of what it does."""
    events = {}
    for kind in kinds:
        site.add_work(kind)
        events[kind] = site.run(kind)
        assert events[kind] > 10
    while site.kills < kills:
        for kind in kinds:
            kill_and_go_on(site, kind, int(events[kind] * next(moments)))
    kill_after_delivery(site)
    site.run("mail")
    assert site.interrupted > 0
    wait_until_all_is_done(site)
    site.check()
    # It was delivered again, with the same Message-ID.
    assert max(site.mailbox.received.values()) == 2
    sys.stdout.write(f"{site.kills} kills, {site.interrupted} tasks interrupted\n")


@pytest.mark.browser
def test_a_killed_worker_loses_nothing_and_does_nothing_twice(site: Site) -> None:
    # The mail has a kill of its own, after its delivery. Imports: `tests/transfer/test_folder_import.py`.
    kill_often(site, ["pictures", "publishing"], 2, repeat(0.6))


@pytest.mark.browser
@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_fifty_kills(site: Site) -> None:
    chance = random.Random(14)
    kill_often(site, KINDS, 50, (chance.random() for _ in count()))


@pytest.mark.browser
@pytest.mark.nightly
def test_control_without_leases_the_mail_is_never_finished(site: Site) -> None:
    kill_after_delivery(site)
    site.start(command=[*WORKER, "--batch"], kill_at=0, thread="MainThread", without_leases=True)
    site.wait()
    assert site.query("SELECT mail_state FROM forms_contactmessage") == [("sending",)]
    tasks = "SELECT status FROM django_tasks_database_dbtaskresult WHERE task_path = 'forms.tasks.send_contact_mail'"
    assert site.query(tasks) == [("RUNNING",)]


# What a kill could do, and how it is undone here.
DAMAGE = {
    "a mail is lost": (
        "UPDATE forms_contactmessage SET mail_state = 'sending'",
        "UPDATE forms_contactmessage SET mail_state = 'sent'",
    ),
    "a page isn't published": (
        "UPDATE wagtailcore_page SET live = 0 WHERE title LIKE 'Scheduled %'",
        "UPDATE wagtailcore_page SET live = 1 WHERE title LIKE 'Scheduled %'",
    ),
    "a page is published twice": (
        "UPDATE wagtailcore_pagelogentry SET label = 'was ' || action, action = 'wagtail.publish.scheduled' WHERE id ="
        " (SELECT MIN(id) FROM wagtailcore_pagelogentry WHERE action <> 'wagtail.publish.scheduled')",
        "UPDATE wagtailcore_pagelogentry SET action = SUBSTR(label, 5) WHERE label LIKE 'was %'",
    ),
    "a picture is there twice": (
        "UPDATE home_siteimage SET title = 'Drawing ' || title WHERE id ="
        " (SELECT MIN(id) FROM home_siteimage WHERE title LIKE 'Picture %')",
        "UPDATE home_siteimage SET title = SUBSTR(title, 9) WHERE title LIKE 'Drawing Picture %'",
    ),
    "a post is imported twice": (
        "UPDATE wagtailcore_page SET title = 'Imported 1-0' WHERE title = 'Imported 1-1'",
        "UPDATE wagtailcore_page SET title = 'Imported 1-1' WHERE title = 'Imported 1-0' AND slug LIKE '%1-1'",
    ),
    "a page is read twice": (
        "UPDATE django_tasks_database_dbtaskresult SET task_path = 'a.read_published_page'"
        " WHERE task_path = 'forms.tasks.send_contact_mail'",
        "UPDATE django_tasks_database_dbtaskresult SET task_path = 'forms.tasks.send_contact_mail'"
        " WHERE task_path = 'a.read_published_page'",
    ),
}


@pytest.mark.browser
@pytest.mark.nightly
def test_control_what_is_lost_or_doubled_is_noticed(site: Site) -> None:
    for kind in KINDS:
        site.add_work(kind)
        site.run(kind)
    wait_until_all_is_done(site)
    site.check()
    for name, (damage, mend) in DAMAGE.items():
        sys.stdout.write(f"{name}\n")
        site.query(damage)
        with pytest.raises(AssertionError):
            site.check()
        site.query(mend)
        site.check()
    site.mailbox.received["another"] += 1
    with pytest.raises(AssertionError):
        site.check()
    del site.mailbox.received["another"]
    lost = next((site.var_dir / "media").glob("pictures/*/*"))
    lost.unlink()
    with pytest.raises(AssertionError):
        site.check()


def wait_until_all_is_done(site: Site) -> None:
    """Let a worker run until nothing waits, also what is deferred by some seconds."""
    pid = site.start(command=["worker", "--interval", "0.5"], kill_at=0, thread="MainThread")
    unfinished = "SELECT 1 FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
    wait_until(lambda: not site.query(unfinished))
    os.kill(pid, signal.SIGTERM)
    site.wait()
