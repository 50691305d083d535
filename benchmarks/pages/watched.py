"""The site with a watch on its event loop: `uvicorn benchmarks.pages.watched:application`.

A timer that comes late has waited for whatever held the loop, or for those before it in the queue. `GET /watched/`
answers with the longest such wait since it was last asked, in milliseconds.
"""

import asyncio
from typing import Any

from config.asgi import application as site

ADDRESS = "/watched/"
INTERVAL = 0.005  # seconds


class LoopWatch:
    """The longest time by which a timer of the event loop was late."""

    def __init__(self) -> None:
        self._longest = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch the running loop, if it isn't watched yet."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._watch())

    def take_longest_ms(self) -> float:
        """Return the longest wait, and begin anew."""
        longest, self._longest = self._longest, 0.0
        return longest * 1_000

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + INTERVAL
            await asyncio.sleep(INTERVAL)
            self._longest = max(self._longest, loop.time() - due)


watch = LoopWatch()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer as the site does, and for the watch."""
    watch.start()
    if scope["type"] == "http" and scope["path"] == ADDRESS:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"%.3f" % watch.take_longest_ms()})
        return
    await site(scope, receive, send)
