"""The sockets of the live preview: an author who types, a screen that follows, and guests who come and go."""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Callable
from itertools import count

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.typing import Origin

from benchmarks.soak.site import SoakedSite
from tests.galley.preview.real_sockets import RealEditor, RealScreen, connect_to, running

KEYS_A_WINDOW = 60
PAUSE = 0.5  # seconds
GUESTS_PAUSE = 1.5  # seconds


async def follow_draft(site: SoakedSite, cookie: str, stop: threading.Event, note: Callable[[str], None]) -> None:
    """Type into the draft in one window after another, before a screen and guests. Raises what goes wrong."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_type(site, cookie, stop, note))
        group.create_task(_visit(site, stop, note))


async def _type(site: SoakedSite, cookie: str, stop: threading.Event, note: Callable[[str], None]) -> None:
    post = site.posts["typed"]
    for window in count():
        editor = RealEditor(site.url, f"/preview/tabs/soak{window}/edit/{post.id}/", cookie, form=post.form)
        screen = RealScreen(site.url, f"/preview/pages/{post.id}/", cookie)
        async with running(editor, screen):
            for number in range(KEYS_A_WINDOW):
                if stop.is_set():
                    return
                await editor.type(**{"body-0-value": f"Key {window}, {number}."})
                await screen.shows(f"<p>Key {window}, {number}.</p>")
                note("keys in the preview")
                await asyncio.sleep(PAUSE)


async def _visit(site: SoakedSite, stop: threading.Event, note: Callable[[str], None]) -> None:
    """Open guests' sockets: some say goodbye, some are cut off, some say nonsense, some come from another site."""
    endings = itertools.cycle((_say_goodbye, _are_cut_off, _say_nonsense, _come_from_elsewhere))
    while not stop.is_set():
        await next(endings)(site)
        note("guests")
        await asyncio.sleep(GUESTS_PAUSE)


async def _say_goodbye(site: SoakedSite) -> None:
    async with connect_to((site.url, site.shared_path, "")) as connection:
        await connection.recv()


async def _are_cut_off(site: SoakedSite) -> None:
    connection = await connect_to((site.url, site.shared_path, ""))
    await connection.recv()
    connection.transport.abort()


async def _say_nonsense(site: SoakedSite) -> None:
    with contextlib.suppress(WebSocketException):
        async with connect_to((site.url, site.shared_path, "")) as connection:
            await connection.send("nonsense" * 100)
            await connection.recv()


async def _come_from_elsewhere(site: SoakedSite) -> None:
    address = site.url.replace("http", "ws", 1) + site.shared_path
    with contextlib.suppress(InvalidStatus):
        async with connect(address, origin=Origin("https://elsewhere.example")):
            raise RuntimeError("A socket from another origin was accepted.")
