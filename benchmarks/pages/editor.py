"""An editor who publishes in the admin, and one who types: over HTTP and WebSocket, as their browsers would."""

import asyncio
import itertools
import json
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pages.servers import Server
from benchmarks.pages.sites import run_module
from tests.galley.preview.real_sockets import RealEditor, RealScreen
from tests.galley.preview.real_sockets import running as running_sockets

PATIENCE = 60  # seconds
LOOKS_EVERY = 0.02  # seconds
PAUSE_BETWEEN_KEYS = 0.1  # seconds


Form = dict[str, list[str]]


@dataclass(frozen=True)
class Post:
    """A post that an editor works on: its id and its blog's, its address, and what stands in its edit form."""

    id: int
    parent: int
    path: str
    form: Form


def seed_editor(var_dir: Path, **variables: str) -> dict[str, Post]:
    """Add an editor to the site in `var_dir`; return the posts that they publish and type in, by these words."""
    seeded = json.loads(run_module(var_dir, "benchmarks.pages.seed_editor", **variables))
    return {name: Post(**post) for name, post in seeded.items()}


class Publisher:
    """Publishes one post again and again, each time under another title."""

    def __init__(self, server: Server, cookie: str, post: Post) -> None:
        self.path = post.path
        self._form = post.form
        self._address = f"{server.url}/admin/pages/{post.id}/edit/"
        self._cookie = cookie

    def publish(self, title: str) -> None:
        """Publish the post under `title`, as the button in the admin does. Blocks. Raises RuntimeError."""
        token = self._cookie.partition("csrftoken=")[2].partition(";")[0]
        buttons = {"csrfmiddlewaretoken": [token], "action-publish": ["action-publish"]}
        fields = self._form | buttons | {"title": [title], "body-0-value": [f"Published as *{title}*."]}
        headers = {"Cookie": self._cookie, "Referer": self._address}
        request = urllib.request.Request(self._address, urllib.parse.urlencode(fields, doseq=True).encode(), headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            if answer.url == self._address or "/login/" in answer.url:
                raise RuntimeError(f"The post could not be published: {answer.read().decode()[:2_000]}")


async def type_keys(server: Server, cookie: str, post: Post, until: asyncio.Event) -> list[float]:
    """Type into `post` until told to stop; return for each key after how many seconds a second screen showed it."""
    editor = RealEditor(server.url, f"/preview/tabs/spike/edit/{post.id}/", cookie, form=post.form)
    screen = RealScreen(server.url, f"/preview/pages/{post.id}/", cookie)
    delays: list[float] = []
    async with running_sockets(editor, screen):
        await screen.shows("<p>Set:</p>")
        for number in itertools.count():
            if until.is_set():
                return delays
            typed_at = time.perf_counter()
            await editor.type(**{"body-0-value": f"Set: {number}."})
            await screen.shows(f"<p>Set: {number}.</p>")
            delays.append(time.perf_counter() - typed_at)
            await asyncio.sleep(PAUSE_BETWEEN_KEYS)
    return delays


async def seconds_until_seen(server: Server, path: str, text: str) -> float:
    """Return after how many seconds an anonymous visitor of `path` is shown `text`."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1 << 22)
    try:
        while time.perf_counter() - began < PATIENCE:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{server.port}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            if text.encode() in await reader.readexactly(length):
                return time.perf_counter() - began
            await asyncio.sleep(LOOKS_EVERY)
    finally:
        writer.close()
    raise RuntimeError(f"{path} has not shown {text!r} within {PATIENCE} seconds")
