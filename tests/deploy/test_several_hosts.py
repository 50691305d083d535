"""The site on two hosts, with a third for database, Redis and files, from which either is cut off and comes back."""

import asyncio
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
import requests

from tests.deploy.hosts import STORAGE, Host, Hosts, WebHost, run_hosts
from tests.forms.conftest import token_of_age
from tests.galley.preview.conftest import form_of, markdown
from tests.galley.preview.real_sockets import RealEditor, RealScreen, log_in, running
from tests.processes import ServerProcess, relay
from tests.running_site import (
    BLOG_ID,
    EDITOR,
    EDITOR_PASSWORD,
    PROJECT,
    environment,
    read_session,
    start_process,
    wait_until,
)
from tests.services import run_postgresql

POST = "select id, title, slug from wagtailcore_page join blog_blogpostpage on page_ptr_id = id order by id limit 1"
PICTURE = PROJECT / "docs/images/galley.png"
PATIENCE = 60  # seconds
# What a host does that is lost in the middle of it.
LOCK = """
import time, django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_advisory_lock(1)")
    print("locked", flush=True)
    time.sleep(3600)
"""


class People:
    """An editor and visitors, who come to either host. Their work has numbers."""

    def __init__(self, session: str) -> None:
        self._numbers = count(1)
        self._editor = requests.Session()
        self._editor.cookies.set("sessionid", session)
        self.sent: list[str] = []
        self.uploaded = 0
        # How long it took until a page that isn't stored was refused, in seconds.
        self.waited: list[float] = []

    def read(self, server: ServerProcess, path: str) -> requests.Response:
        """Return what a visitor gets."""
        return requests.get(f"http://localhost:{server.port}{path}", timeout=PATIENCE)

    def waits_for(self, server: ServerProcess, path: str, status: int, text: str = "") -> None:
        """Wait until a visitor gets an answer with this status and text."""

        def is_there() -> bool:
            answer = self.read(server, path)
            return answer.status_code == status and text in answer.text

        wait_until(is_there)

    def work(self, here: ServerProcess, there: ServerProcess) -> None:
        """Publish, upload and write a message on one host, and see it on the other."""
        title = f"Post of hour {next(self._numbers)}"
        self._save(here, f"/admin/pages/add/blog/blogpostpage/{BLOG_ID}/", title, **{"action-publish": "1"})
        self.waits_for(there, "/blog/", 200, title)

        uploaded = self.upload(here)
        assert uploaded["success"], uploaded
        self.uploaded += 1
        # The list makes small pictures on the other host, which are then read here.
        listed = self._editor.get(f"http://localhost:{there.port}/admin/images/", timeout=PATIENCE).text
        addresses = re.findall(r"/media/pictures/[\w./-]+", listed)
        assert len(addresses) == self.uploaded
        for address in addresses:
            picture = self.read(here, address)
            assert (picture.status_code, picture.headers["Content-Type"][:6]) == (200, "image/")
        self.write(here)

    def edit(self, server: ServerProcess, page_id: int) -> None:
        """Sign in, look at the dashboard, open a page in the editor, and save it."""
        url, path = f"http://localhost:{server.port}", f"/admin/pages/{page_id}/edit/"
        cookie = log_in(url, EDITOR, EDITOR_PASSWORD)
        for address in ("/admin/", path):
            page = requests.get(url + address, headers={"Cookie": cookie}, timeout=PATIENCE)
            assert (page.status_code, "wagtail-sidebar" in page.text) == (200, True), address
        self._save(server, path, f"Post of hour {next(self._numbers)}")

    def _save(self, server: ServerProcess, path: str, title: str, **fields: str) -> None:
        fields |= {"title": title, "slug": "", "body-count": "0"}
        fields |= {"post_authors-TOTAL_FORMS": "0", "post_authors-INITIAL_FORMS": "0"}
        saved = self._post(server, path, fields, allow_redirects=False)
        assert saved.status_code == 302, saved.text

    def write(self, server: ServerProcess) -> None:
        """Send a message by the contact form."""
        text = f"Message {next(self._numbers)}"
        words = {"name": "Ada", "email": "ada@example.org", "text": text, "token": token_of_age(60)}
        sent = requests.post(f"http://localhost:{server.port}/contact/", words, timeout=PATIENCE)
        assert sent.status_code == 200, sent.text
        self.sent.append(text)

    def upload(self, server: ServerProcess) -> dict[str, Any]:
        """Return the answer to an upload among several."""
        files = {"files[]": ("picture.png", PICTURE.read_bytes())}
        return self._post(server, "/admin/images/multiple/add/", {"title": "Picture"}, files=files).json()

    def _post(self, server: ServerProcess, path: str, data: dict[str, str], **options: Any) -> requests.Response:
        url, as_script = f"http://localhost:{server.port}", {"X-Requested-With": "XMLHttpRequest"}
        token = self._editor.get(f"{url}/admin/session/", headers=as_script, timeout=PATIENCE).json()["token"]
        headers = (as_script if "files" in options else {"Accept": "text/html"}) | {"X-CSRFToken": token}
        return self._editor.post(url + path, data, headers=headers, timeout=PATIENCE, **options)


async def play(hosts: Hosts) -> People:
    """Preview, publish, upload and write through all cuts."""
    first, second = hosts.servers
    people = People(read_session(hosts.folders[0]))
    with psycopg.connect(hosts.database) as connection:
        page_id, title, slug = connection.execute(POST).fetchone()  # type: ignore[misc]
    cookie = f"sessionid={read_session(hosts.folders[0])}"
    form = form_of(SimpleNamespace(title=title, slug=slug), body=markdown("Set:"))
    async with relay(first, second) as to_first, relay(second, first) as to_second:
        editor = RealEditor(to_first, f"/preview/tabs/one/edit/{page_id}/", cookie, form=form)
        screen = RealScreen(to_second, f"/preview/pages/{page_id}/", cookie)

        async def types(word: str) -> None:
            await editor.type(**{"body-0-value": f"{editor.form['body-0-value'][0]} {word}"})

        async def works(*servers: ServerProcess) -> None:
            await asyncio.to_thread(people.work, *servers)

        async with running(editor, screen):
            await screen.shows("<p>Set:</p>")
            await works(first, second)
            await works(second, first)
            for number, host in enumerate(hosts.web):
                cut, other = hosts.servers[number], hosts.servers[1 - number]
                await types("before")
                await screen.shows(editor.form["body-0-value"][0])
                for server in hosts.servers:
                    await asyncio.to_thread(people.waits_for, server, "/blog/", 200)
                host.cut_off()
                await types("meanwhile")
                began = time.monotonic()
                # Stored pages are shown, others say when to come again.
                away = await asyncio.to_thread(people.read, cut, f"/search/?query=cut{number}")
                assert (away.status_code, away.headers.get("Retry-After")) == (503, "5")
                people.waited.append(time.monotonic() - began)
                assert (await asyncio.to_thread(people.read, cut, "/blog/")).status_code == 200
                await asyncio.to_thread(people.waits_for, cut, "/health/ready", 503)
                await works(other, other)
                host.connect()
                await asyncio.to_thread(people.waits_for, cut, "/health/ready", 200)
                await screen.shows(editor.form["body-0-value"][0])
                await works(cut, other)
                await works(other, cut)
            for host in hosts.web:
                host.cut_off()
            await types("alone")
            for server in hosts.servers:
                await asyncio.to_thread(people.waits_for, server, "/health/ready", 503)
            for host in hosts.web:
                host.connect()
            for server in hosts.servers:
                await asyncio.to_thread(people.waits_for, server, "/health/ready", 200)
            await screen.shows(editor.form["body-0-value"][0])
            await works(first, second)
            await types("after")
            await screen.shows(editor.form["body-0-value"][0])
    return people


@pytest.mark.nightly
def test_what_a_lost_host_has_locked_is_free_again(tmp_path: Path) -> None:
    with ExitStack() as stack:
        storage = Host()
        stack.callback(storage.end)
        storage.ip("address", "add", f"{STORAGE}/32", "dev", "lo")
        web = WebHost(1, storage)
        stack.callback(web.end)
        database = stack.enter_context(run_postgresql(STORAGE, storage.within))
        env = environment(tmp_path, DATABASE_URL=f"postgres://galley@{STORAGE}/galley")
        lost = start_process([*web.within, sys.executable, "-c", LOCK], cwd=PROJECT, env=env, stdout=subprocess.PIPE)
        stack.callback(lost.communicate)
        stack.callback(lost.kill)
        assert lost.stdout
        assert lost.stdout.readline() == b"locked\n"
        web.cut_off()
        with psycopg.connect(database.url, options=f"-c statement_timeout={PATIENCE}s") as connection:
            connection.execute("SELECT pg_advisory_lock(1)")


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_hosts_are_cut_off_and_come_back(tmp_path: Path) -> None:
    with run_hosts(tmp_path, CONTACT_MESSAGES_PER_SENDER="1000000") as hosts:
        people = asyncio.run(play(hosts))
        with psycopg.connect(hosts.database, autocommit=True) as connection:

            def count_of(query: str) -> int:
                return int(connection.execute(query).fetchone()[0])  # type: ignore[index]

            # Nothing is lost, and nothing is there twice.
            stored = [text for (text,) in connection.execute("SELECT text FROM forms_contactmessage")]
            assert sorted(stored) == sorted(people.sent)
            assert count_of("SELECT COUNT(*) FROM home_siteimage") == people.uploaded
            tasks = "SELECT COUNT(*) FROM django_tasks_database_dbtaskresult WHERE task_path LIKE '%send_contact_mail'"
            wait_until(lambda: count_of(f"{tasks} AND status = 'SUCCESSFUL'") == len(people.sent))
            assert count_of(tasks) == len(people.sent)
    # With `-s`: how long visitors of a host that is cut off wait, which isn't asserted.
    print([f"{seconds:.1f} s" for seconds in people.waited])  # noqa: T201
