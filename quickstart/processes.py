"""The server and the worker as processes of their own: started, watched and stopped together."""

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from quickstart.console import Report

SECONDS_TO_STOP = 5.0
# A worker that ends at once is started again more and more slowly.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
SERVER = ["manage", "serve", "--workers", "1", "--graceful-seconds", "2", "--verbosity", "0"]
WORKER = ["manage", "worker"]


async def serve(listener: socket.socket, environment: Mapping[str, str], on_answer: Report, report: Report) -> None:
    """Run server and worker until a signal comes; call `on_answer` when the site answers for the first time.

    Raises `CommandError` when the server ends by itself.
    """
    stop = _stop_signal()
    server = await _start([*SERVER, "--fd", str(listener.fileno())], environment, listener.fileno())
    rest = asyncio.create_task(_announce_and_work(listener, on_answer, environment, report))
    ends: list[asyncio.Task[Any]] = [asyncio.create_task(server.wait()), asyncio.create_task(stop.wait())]
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        rest.cancel()
        await asyncio.gather(_end(server), rest, return_exceptions=True)
    if not stop.is_set():
        raise CommandError(
            f"The site has stopped by itself (exit code {server.returncode}); the lines above may say why.\n"
            "All data is kept. The same command starts it again."
        )


async def _announce_and_work(
    listener: socket.socket, on_answer: Report, environment: Mapping[str, str], report: Report
) -> None:
    """Ask the site once, then start the worker: the first page is there sooner when both don't start at once.

    The socket listens already, so the question waits until the server answers it.
    """
    host, port = listener.getsockname()[:2]
    reader, writer = await asyncio.open_connection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)  # noqa: S104
    writer.write(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    if status := await reader.readline():
        on_answer(status.decode("latin-1").strip())
    writer.close()
    await _keep_running(WORKER, environment, report)


async def _keep_running(command: list[str], environment: Mapping[str, str], report: Report) -> None:
    pause = FIRST_PAUSE
    while True:
        started = monotonic()
        process = await _start(command, environment)
        try:
            code = await process.wait()
        finally:
            await _end(process)
        pause = FIRST_PAUSE if monotonic() - started > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
        report(f"The background worker has stopped (exit code {code}). It is started again in {pause:.0f} seconds.")
        await asyncio.sleep(pause)


async def _start(command: list[str], environment: Mapping[str, str], *descriptors: int) -> Process:
    return await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "quickstart.exit_with_parent", *command],
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=PIPE,
        pass_fds=descriptors,
        # Ctrl-C reaches this process alone, which then stops the others in order.
        start_new_session=True,
    )


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), SECONDS_TO_STOP)
    except TimeoutError:
        process.kill()
        await process.wait()


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
