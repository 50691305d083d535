"""Screens that follow a draft on which nobody writes: so many open WebSockets, in a process of their own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.pages.servers import Server
from benchmarks.pages.sites import run_module
from tests.running_site import PROJECT


@contextmanager
def idle_sockets(server: Server, var_dir: Path, page_id: int, number: int) -> Iterator[None]:
    """Hold so many guests' sockets open at the preview of a page, all of them shown its draft."""
    path = run_module(var_dir, "benchmarks.preview.share", str(page_id))
    room = {"url": f"ws://localhost:{server.port}{path}", "origin": server.url, "count": number}
    viewers = [sys.executable, "-m", "benchmarks.preview.viewers"]
    with subprocess.Popen(viewers, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None  # noqa: S101  (both are pipes)
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(json.dumps(room) + "\n")
        process.stdin.flush()
        try:
            if not process.stdout.readline():
                raise RuntimeError("The screens could not be opened; see above.")
            yield
        finally:
            process.kill()
