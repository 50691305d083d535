"""A mail server that takes seconds for each message, behind the contact form: how long writers and readers wait."""

import asyncio
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from benchmarks.figures import Figures, percentile
from benchmarks.pages.editor import seed_editor
from benchmarks.pages.mix import TOKEN, read
from benchmarks.pages.servers import ASGI_SITE, WSGI_SITE, Server, running
from benchmarks.pages.sites import POST, Sites
from benchmarks.pages.wrk import load
from benchmarks.ports import find_port
from tests.running_site import PROJECT, environment

MAIL_TAKES = 5.0  # seconds
WRITERS = 32
# Whoever sends the form sooner than this is taken for a program.
WRITING_TAKES = 3.0  # seconds, and whole ones for wrk
READERS = 8
SECONDS = 4
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
MESSAGE = {"name": "Ada Quill", "email": "ada@example.org", "subject": "A proof", "text": "Please send me one."}


class SlowMail:
    """Takes every message, and its time."""

    async def handle_DATA(self, *about: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        """Take a message."""
        await asyncio.sleep(MAIL_TAKES)
        return "250 Message accepted"


def measure_slow_mail(sites: Sites) -> Figures:
    """Return how long it takes until a message is taken, and what readers get meanwhile, under WSGI and ASGI."""
    figures: Figures = {}
    for name, site in {"wsgi": WSGI_SITE, "asgi": ASGI_SITE}.items():
        with sites.copied(100) as var_dir, _slow_mail_server() as mail:
            seed_editor(var_dir)
            variables = {"EMAIL_URL": mail, "CONTACT_MESSAGES_PER_SENDER": "1000"}
            with running(site, var_dir, page_cache_mib=0, **variables) as server, _worker(var_dir, variables):
                figures |= {f"{name}_{figure}": value for figure, value in asyncio.run(_write(server)).items()}
    return figures


async def _write(server: Server) -> Figures:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(WRITERS) as writers:
        reading = asyncio.create_task(load(server.port, [POST], READERS, SECONDS + WRITING_TAKES))
        taken = await asyncio.gather(*(loop.run_in_executor(writers, _send_message, server) for _ in range(WRITERS)))
        readers = await reading
    return {"message_taken_p95_ms": percentile(taken, 95) * 1_000, "readers_p99_ms": readers.p99_ms}


def _send_message(server: Server) -> float:
    """Fill in the form and send it; return the seconds until it says that the message has arrived."""
    address = f"{server.url}/contact/"
    token = _TOKEN.findall(read(server, TOKEN))[0]
    time.sleep(WRITING_TAKES)
    began = time.perf_counter()
    with urllib.request.urlopen(address, urllib.parse.urlencode(MESSAGE | {"token": token}).encode()) as answer:  # noqa: S310
        if "sent" not in answer.url:
            raise RuntimeError(f"The message was not taken:\n{answer.read().decode()}")
    return time.perf_counter() - began


@contextmanager
def _slow_mail_server() -> Iterator[str]:
    port = find_port()
    server = Controller(SlowMail(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        server.stop()


@contextmanager
def _worker(var_dir: Path, variables: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "manage.py", "worker"], cwd=PROJECT, env=environment(var_dir, **variables)
    ) as worker:
        try:
            yield
        finally:
            worker.kill()
