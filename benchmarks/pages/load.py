"""Asks a server for pages over many connections at once, and counts what comes back.

Bare sockets and no parsing beyond the length: whoever measures shares the machine with what is measured.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle


@dataclass
class Answers:
    """What a load got: how many seconds it took, and for each request its status and its milliseconds."""

    seconds: float = 0.0
    statuses: list[int] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.statuses) / self.seconds

    @property
    def errors(self) -> int:
        """How many requests weren't answered with 200."""
        return sum(status != 200 for status in self.statuses)


async def ask(port: int, paths: Sequence[str], connections: int, requests: int, cookie: str = "") -> Answers:
    """Send `requests` GETs in all, for `paths` in turn, over so many kept-alive `connections`; return the answers."""
    answers = Answers()
    turns = iter(cycle(paths))
    left = iter(range(requests))
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_keep_asking(port, turns, left, answers, cookie))
    answers.seconds = time.perf_counter() - started
    return answers


async def _keep_asking(port: int, turns: Iterator[str], left: Iterator[int], answers: Answers, cookie: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    headers = f"Host: localhost:{port}\r\nAccept-Encoding: identity" + (f"\r\nCookie: {cookie}" if cookie else "")
    try:
        for _ in left:
            began = time.perf_counter()
            writer.write(f"GET {next(turns)} HTTP/1.1\r\n{headers}\r\n\r\n".encode())
            answers.statuses.append(await _read_status(reader))
            answers.delays.append((time.perf_counter() - began) * 1_000)
    finally:
        writer.close()


async def _read_status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        await reader.readexactly(int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]))
    else:
        while size := int((await reader.readline()).strip(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(head.split(b" ", 2)[1])
