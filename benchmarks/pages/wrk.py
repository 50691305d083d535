"""Load by wrk, for what is faster than Python could ask: one thread of C, many kept-alive connections."""

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")
# As a browser asks; without a word here, wrk would be sent pages uncompressed.
ACCEPT_ENCODING = "gzip, deflate, br"
# As a browser calls itself, so that its visits are counted.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PATIENCE = 60  # seconds for one answer


@dataclass(frozen=True)
class Report:
    """What wrk saw: how many requests in how many seconds, how long they took, and how many failed."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


async def load(
    port: int, paths: Sequence[str], connections: int, seconds: float, accept_encoding: str = ACCEPT_ENCODING
) -> Report:
    """Ask the server at `port` for `paths` in turn, for so many seconds, over so many connections at once.

    Raises RuntimeError where wrk isn't there.
    """
    if shutil.which("wrk") is None:
        raise RuntimeError("This needs the load tool wrk: apt-get install wrk (or brew install wrk).")
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds:g}s"]
    command += ["--timeout", f"{PATIENCE}s", "--latency", "--script", str(SCRIPT)]
    command += ["--header", f"User-Agent: {USER_AGENT}"]
    command += ["--header", f"Accept-Encoding: {accept_encoding}", f"http://localhost:{port}/", "--", *paths]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    printed, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"wrk has failed:\n{printed.decode()}")
    return Report(**json.loads(printed.decode().strip().splitlines()[-1]))
