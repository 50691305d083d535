"""Shows keys to many screens at once: starts the process that plays them, and watches the server meanwhile."""

import asyncio
import json
import sys
import time
import urllib.request
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any, Self

from benchmarks.preview.desk import Desk
from benchmarks.preview.keyboard import MeasurementFailed
from tests.running_site import PROJECT, RunningSite, environment

# Longer than any work that the server puts off until after a key.
PAUSE_BETWEEN_KEYS = 0.8  # seconds


class Audience:
    """`size` screens of the draft on `desk`, each a guest's with the same link; `async with` opens and closes them."""

    def __init__(self, site: RunningSite, desk: Desk, size: int) -> None:
        self._site = site
        self._desk = desk
        self._size = size
        self.last_seen_after: list[float] = []
        self.page_answered_after: list[float] = []
        self._process: Process

    async def __aenter__(self) -> Self:
        self._kib_before = resident_kib(self._site.server_pid)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.preview.viewers", cwd=PROJECT, stdin=PIPE, stdout=PIPE
        )
        await self._send_json(await self._room())
        await self._hear("joined")
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    @property
    def kib_each(self) -> float:
        """By how much the server has grown, for each screen, in KiB."""
        return (resident_kib(self._site.server_pid) - self._kib_before) / self._size

    async def show_key(self, character: str) -> None:
        """Type `character`, note when the last screen has it, and how long an ordinary page took meanwhile."""
        await asyncio.sleep(PAUSE_BETWEEN_KEYS)
        await self._send_json({})
        await self._hear("ready")
        await self._desk.page.evaluate("probe.listen()")
        page = asyncio.create_task(asyncio.to_thread(milliseconds_to_load, self._site.url))
        await self._desk.page.keyboard.press("Space" if character == " " else character)
        last_at = await self._hear("last_at")
        [pressed_at] = await self._desk.page.evaluate("probe.keys()")
        self.last_seen_after.append(last_at - pressed_at)
        self.page_answered_after.append(await page)

    async def _room(self) -> dict[str, Any]:
        """Return where the screens connect."""
        share = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "benchmarks.preview.share", str(self._desk.page_id)],
            cwd=PROJECT,
            env=environment(self._site.var_dir),
            stdout=PIPE,
        )
        path = (await share.communicate())[0].decode().strip()
        return {"url": self._site.url.replace("http", "ws", 1) + path, "origin": self._site.url, "count": self._size}

    async def _send_json(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101  (it is a pipe)
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        await self._process.stdin.drain()

    async def _hear(self, name: str) -> Any:
        assert self._process.stdout is not None  # noqa: S101  (it is a pipe)
        line = await self._process.stdout.readline()
        if not line:
            raise MeasurementFailed("The screens have left before they were shown everything; see above.")
        return json.loads(line)[name]


def resident_kib(pid: int) -> int:
    """Return how much memory the process has, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


def milliseconds_to_load(url: str) -> float:
    """Return how long the page at `url` took."""
    began = time.perf_counter()
    with urllib.request.urlopen(url) as response:  # noqa: S310  (our own server)
        response.read()
    return (time.perf_counter() - began) * 1000
