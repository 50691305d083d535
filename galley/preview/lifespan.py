"""What the preview does when a server starts and when it stops: ASGI's `lifespan` protocol.

Servers run no system checks by themselves. Here the preview's own are run before the first request, and a second
process on the same data is noticed; the server ends with the sentence that says why.
"""

import asyncio
import fcntl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.checks import run_checks

from galley.preview.checks import TAG
from galley.preview.threads import in_preview_thread

# When a server is restarted, the one before may still be waiting for its sockets to close.
WAIT_SECONDS = 6.0
PAUSE_SECONDS = 0.1


class CannotServe(Exception):
    """The preview would be broken; its text is a sentence for whoever started the server."""


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """ASGI application for the scope `lifespan`: refuses to start where the preview would be broken."""
    await receive()
    try:
        await in_preview_thread(run_preview_checks)
        lock = await lock_out_others()
    except CannotServe as error:
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    if lock:
        lock.close()
    await send({"type": "lifespan.shutdown.complete"})


def run_preview_checks() -> None:
    """Run the preview's system checks. Raises `CannotServe` with what the serious ones say."""
    serious = [message for message in run_checks(tags=[TAG]) if message.is_serious()]
    if serious:
        raise CannotServe("\n".join(f"{message.msg}\n{message.hint}" for message in serious))


async def lock_out_others() -> TextIO | None:
    """Return the lock of the one process that may serve without Redis, or None where Redis connects several.

    The operating system lets go of it when the process ends, however it ends. Raises `CannotServe` if another process
    keeps it.
    """
    if settings.PREVIEW_REDIS_URL or not settings.PREVIEW_LOCK_FILE:
        return None
    file = await in_preview_thread(Path(settings.PREVIEW_LOCK_FILE).open, "a")
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while not _take(file):  # noqa: ASYNC110  (another process tells of nothing)
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError:
        file.close()
        raise CannotServe(
            "Another server runs with the same data, and without Redis the live preview needs a single one: "
            "a screen connected to one would never hear of what is typed in the other.\n"
            "Stop that server, or set REDIS_URL for both, for example to redis://localhost:6379/0."
        ) from None
    return file


def _take(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
