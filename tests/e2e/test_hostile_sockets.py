"""Hostile messages against the site as it runs, while somebody else writes undisturbed."""

import asyncio
import contextlib
import json
import sqlite3
import urllib.parse
import urllib.request
from collections import Counter
from http.cookiejar import CookieJar
from pathlib import Path
from random import Random

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.e2e.hostile import FATAL, NOT_UTF8, SURVIVED, Message, Sender
from tests.galley.preview.browser_model import Screen
from tests.running_site import EDITOR, EDITOR_PASSWORD, RunningSite

ATTACKERS = 12
SEED = 20_240_501
PATIENCE = 60  # seconds
MAY_GROW_BY = 48 * 1024  # KiB
A_FEW, MANY = 1_500, 100_000
KEYS = 20

STRANGER, COLLEAGUE = None, "colleague"
# What a server's own failure would look like.
FAILURES = {4500, 1011}


@pytest.fixture(scope="module")
def site(server: RunningSite) -> RunningSite:
    """The small site with a second person who may edit everything."""
    server.add_colleague(COLLEAGUE)
    return server


def log_in(site: RunningSite, username: str) -> str:
    """Return the cookie of a new login."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    address = f"{site.url}/admin/login/"
    browser.open(address).read()
    cookies = {cookie.name: cookie.value or "" for cookie in jar}
    form = {"username": username, "password": EDITOR_PASSWORD, "csrfmiddlewaretoken": cookies["csrftoken"]}
    browser.open(address, urllib.parse.urlencode(form).encode()).read()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def post_id(site: RunningSite) -> int:
    with sqlite3.connect(site.var_dir / "galley.sqlite3") as database:
        return database.execute("SELECT page_ptr_id FROM blog_blogpostpage").fetchone()[0]


def memory_of(site: RunningSite) -> int:
    """The server's resident memory in KiB."""
    status = Path(f"/proc/{site.server_pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def open_socket(site: RunningSite, path: str, cookie: str | None) -> connect:
    headers = {"Cookie": cookie} if cookie else {}
    url = site.url.replace("http", "ws") + path
    return connect(url, origin=site.url, additional_headers=headers, compression=None, max_size=None, proxy=None)


class Attack:
    """Many sockets that say what no page of ours would."""

    def __init__(self, site: RunningSite, cookie: str, page: int) -> None:
        self.site = site
        self.cookie = cookie
        self.sent = 0
        self.closed: Counter[int | None] = Counter()
        tab = f"/preview/tabs/hostile/edit/{page}/"
        self.senders = [
            *[(tab, cookie)] * 8,
            (f"/preview/tabs/hostile/create/blog/blogpostpage/{page - 1}/", cookie),
            ("/preview/", cookie),
            (f"/preview/pages/{page}/", cookie),
            (tab, STRANGER),
            ("/preview/", "sessionid=forged"),
            (f"/preview/tabs/hostile/edit/{10**15}/", cookie),
            (f"/preview/tabs/hostile/create/auth/user/{page}/", cookie),
            (f"/preview/pages/{'9' * 400}/", cookie),
            ("/elsewhere/", cookie),
        ]

    async def run(self, messages: int, seed: int) -> None:
        """Send so many messages through sockets of every kind, several at a time."""
        until = self.sent + messages
        await asyncio.gather(*(self._attack(Random(seed + number), until) for number in range(ATTACKERS)))

    async def _attack(self, random: Random, until: int) -> None:
        while self.sent < until:
            path, cookie = random.choice(self.senders)
            with contextlib.suppress(InvalidHandshake, ConnectionClosed):
                async with open_socket(self.site, path, cookie) as socket:
                    listening = asyncio.create_task(self._listen(socket))
                    with contextlib.suppress(ConnectionClosed):
                        await self._speak(socket, random, is_editor="edit" in path or "create" in path)
                    await socket.close()
                    await listening

    async def _speak(self, socket: ClientConnection, random: Random, is_editor: bool) -> None:
        sender = Sender(random)
        if is_editor:
            await self._send(socket, sender.form())
        for _ in range(random.randrange(120) if is_editor else 3):
            await self._send(socket, random.choice(SURVIVED)(sender))
        await self._send(socket, random.choice(FATAL)(sender))
        # It may as well have been a message that does no harm.
        await self._send(socket, "no JSON")
        async with asyncio.timeout(PATIENCE):
            await socket.wait_closed()

    async def _send(self, socket: ClientConnection, message: Message) -> None:
        self.sent += 1
        await socket.send(message, text=message == NOT_UTF8 or None)

    async def _listen(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for _ in socket:
                pass
        self.closed[socket.close_code] += 1


class Bystander:
    """Somebody who writes, and a screen of theirs that has to show every state."""

    def __init__(self, site: RunningSite, cookie: str, page: int) -> None:
        self.site = site
        self.cookie = cookie
        self.page = page
        self.states = 0

    async def write_until(self, done: asyncio.Event) -> None:
        """Type one key after the other, each as soon as the one before is seen."""
        async with (
            open_socket(self.site, f"/preview/tabs/quiet/edit/{self.page}/", self.cookie) as editor,
            open_socket(self.site, f"/preview/pages/{self.page}/", self.cookie) as viewer,
        ):
            sender, screen = Sender(Random(SEED)), Screen()
            await editor.send(sender.form())
            while not done.is_set():
                self.states += 1
                title = f"State {self.states}."
                await editor.send(sender.change(changed={"title": [title]}))
                async with asyncio.timeout(PATIENCE):
                    while title not in screen.html:
                        screen.receive(str(await viewer.recv()))
                    while json.loads(await editor.recv()).get("sequence", 0) < sender.sequence:
                        pass


@pytest.mark.parametrize("messages", [A_FEW, pytest.param(MANY, marks=pytest.mark.nightly)])
async def test_hostile_messages_disturb_nobody(site: RunningSite, messages: int) -> None:
    page = post_id(site)
    attack = Attack(site, log_in(site, COLLEAGUE), page)
    bystander = Bystander(site, log_in(site, EDITOR), page)
    done = asyncio.Event()
    writing = asyncio.create_task(bystander.write_until(done))

    await attack.run(messages // 20, SEED)
    before = memory_of(site)
    await attack.run(messages - attack.sent, SEED + ATTACKERS)
    after = memory_of(site)
    # Each of the bystander's keys is shown during the attack; on a slow machine it takes longer.
    while bystander.states < KEYS and not writing.done():
        await attack.run(messages // 20, SEED + attack.sent)

    done.set()
    await writing
    assert attack.sent >= messages
    assert not FAILURES & attack.closed.keys()
    assert "Traceback" not in site.log
    assert "ERROR" not in site.log
    # A short attack tells nothing of what stays.
    assert after - before < MAY_GROW_BY or messages < MANY
