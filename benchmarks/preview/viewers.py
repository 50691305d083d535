"""Many screens of one draft, in a process of their own: `python -m benchmarks.preview.viewers`.

Reads a line of JSON, `{"url", "origin", "count"}`, opens the sockets and prints `{"joined": count}` when all
show the draft. Then, for each line that it reads, it prints `{"ready": true}`, waits for the next version of the draft
and prints `{"last_at": milliseconds}`: when the last screen had it, by the wall clock.
"""

import asyncio
import json
import sys
import time
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

AT_A_TIME = 50
PATIENCE = 30.0  # seconds


class Crowd:
    """The screens: who has the newest version."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.expect_next()
        self._newest: str | None = None

    def expect_next(self) -> None:
        """Wait for a version that nobody has yet."""
        self._holders: set[int] = set()
        self._complete: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def note(self, viewer: int, version: str) -> None:
        """Note that `viewer` has been sent `version`."""
        if version != self._newest:
            self._newest = version
            self._holders.clear()
        self._holders.add(viewer)
        if len(self._holders) == self.size and not self._complete.done():
            self._complete.set_result(time.time() * 1000)

    async def all_have_it(self) -> float:
        """Return when the last screen had the newest version. Raises `TimeoutError`, saying how many have it."""
        try:
            return await asyncio.wait_for(asyncio.shield(self._complete), PATIENCE)
        except TimeoutError:
            raise TimeoutError(f"{len(self._holders)} of {self.size} screens have the newest version") from None


async def _open(room: dict[str, Any], gate: asyncio.Semaphore) -> ClientConnection:
    async with gate:
        return await connect(
            room["url"],
            origin=room["origin"],
            open_timeout=PATIENCE,
            ping_interval=None,
            max_size=None,
        )


async def _watch(viewer: int, socket: ClientConnection, crowd: Crowd) -> None:
    async for message in socket:
        # Screens are told other things too, such as who else is watching.
        if version := json.loads(message).get("version"):
            crowd.note(viewer, version)


def _send_json(**message: Any) -> None:
    print(json.dumps(message), flush=True)


async def _main() -> None:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    room = json.loads(await lines.readline())
    crowd, gate = Crowd(room["count"]), asyncio.Semaphore(AT_A_TIME)
    sockets = await asyncio.gather(*[_open(room, gate) for _ in range(crowd.size)])
    watching = [asyncio.create_task(_watch(viewer, socket, crowd)) for viewer, socket in enumerate(sockets)]
    await crowd.all_have_it()
    _send_json(joined=crowd.size)
    while await lines.readline():
        crowd.expect_next()
        _send_json(ready=True)
        _send_json(last_at=await crowd.all_have_it())
    for task in watching:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(_main())
