"""What a process counts, for Prometheus.

A request of the metrics reaches one process of the host. So each process writes its own to a file every few seconds,
and the one that is asked reads the files of all.
"""

import asyncio
import os
import sys
import time
from collections import Counter as Counts
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.db import connection
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    write_to_textfile,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families

WRITE_SECONDS = 5.0
# Whose file is older has ended.
STALE_SECONDS = 6 * WRITE_SECONDS
LAG_SECONDS = 0.5

# Prometheus needs no second series for the start of each.
disable_created_metrics()  # type: ignore[no-untyped-call]
registry = CollectorRegistry()
ProcessCollector(registry=registry)
requests = Counter(
    "galley_requests", "Requests by status and by what the page cache did.", ["status", "cache"], registry=registry
)
seconds = Histogram(
    "galley_request_seconds",
    "Time to the start of the response, of requests that the page cache hasn't answered.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)
lag = Histogram(
    "galley_loop_lag_seconds",
    "How much later than due the event loop runs what is due.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=registry,
)
preview = Histogram(
    "galley_preview_seconds",
    "From the arrival of a key to its rendered draft.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=registry,
)
tasks = Counter("galley_tasks", "Background tasks that have ended.", ["task", "status"], registry=registry)
sockets = Gauge("galley_preview_sockets", "Open sockets of the live preview.", registry=registry)
blocks = Gauge("galley_python_blocks", "Blocks of memory that Python's objects take.", registry=registry)
blocks.set_function(sys.getallocatedblocks)


class PoolCollector:
    """How many database connections the process holds, and how many threads wait for one."""

    def collect(self) -> Iterator[Metric]:
        """Yield the numbers, if there is a pool: Prometheus' interface."""
        if connection.vendor == "postgresql" and (pool := connection.pool):  # type: ignore[attr-defined]
            stats = pool.get_stats()
            size, free = stats.get("pool_size", 0), stats.get("pool_available", 0)
            yield GaugeMetricFamily("galley_database_connections", "Open connections of the pool.", size)
            yield GaugeMetricFamily("galley_database_connections_free", "Those that nobody uses.", free)
            waiting = stats.get("requests_waiting", 0)
            yield GaugeMetricFamily("galley_database_waiting", "Threads that wait for a connection.", waiting)


registry.register(PoolCollector())


class Metrics:
    """ASGI application around a site's own: counts requests, and writes the metrics of its process to a file."""

    def __init__(self, app: Any, count_sockets: Callable[[], int]) -> None:
        self.app = app
        self._hits: Counts[int] = Counts()
        self._writing: asyncio.Task[None] | None = None
        sockets.set_function(count_sockets)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the site does."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, self._writing_while_it_runs(send))
        elif scope["type"] != "http":
            await self.app(scope, receive, send)
        else:
            began = time.monotonic()

            async def send_and_count(message: Any) -> None:
                if message["type"] == "http.response.start":
                    cache = read_cache_status(message.get("headers", []))
                    requests.labels(message["status"], cache).inc()
                    if cache != "hit":
                        seconds.observe(time.monotonic() - began)
                await send(message)

            await self.app(scope, receive, send_and_count)

    def counting_hits(self, on_hit: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        """Return `on_hit` of the page cache, which also counts the hits that don't pass this application."""
        hits = self._hits

        def count(headers: Any, start: Any) -> None:
            hits[start["status"]] += 1
            on_hit(headers, start)

        return count

    def _writing_while_it_runs(self, send: Any) -> Any:
        async def send_and_write(message: Any) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._writing = asyncio.create_task(self._write_forever())
            elif message["type"] == "lifespan.shutdown.complete" and self._writing:
                self._writing.cancel()
            await send(message)

        return send_and_write

    async def _write_forever(self) -> None:
        with own_file("web") as path:
            written = 0.0
            while True:
                before = time.monotonic()
                await asyncio.sleep(LAG_SECONDS)
                now = time.monotonic()
                lag.observe(now - before - LAG_SECONDS)
                if now - written > WRITE_SECONDS:
                    written = now
                    for status, number in tuple(self._hits.items()):
                        requests.labels(status, "hit").inc(number)
                    self._hits.clear()
                    await asyncio.to_thread(write, path)


def read_cache_status(headers: list[tuple[bytes, bytes]]) -> str:
    """Return what `Cache-Status` (RFC 9211) says: "hit", "miss", "bypass" or "method"; "none" without one."""
    for name, value in headers:
        if name.lower() == b"cache-status":
            answer = value.split(b";")[1].strip().decode()
            return answer.removeprefix("fwd=").removeprefix("uri-")
    return "none"


def count_draft(sender: Any, seconds: float, **kwargs: Any) -> None:
    """Count a rendered state of a draft: the receiver of the preview's signal."""
    preview.observe(seconds)


def count_task(task_result: Any, **kwargs: Any) -> None:
    """Count a task: the receiver of `task_finished`."""
    tasks.labels(task_result.task.module_path, task_result.status.value.lower()).inc()


def folder() -> Path:
    """Return where the processes of this host write."""
    return Path(getattr(settings, "VAR_DIR", gettempdir())) / "metrics"


@contextmanager
def own_file(kind: str) -> Iterator[Path]:
    """Yield where this process writes, with `kind` in its name: "web" or "worker". It is deleted at the end."""
    folder().mkdir(exist_ok=True)
    path = folder() / f"{kind}-{os.getpid()}.prom"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def write(path: Path) -> None:
    """Write the metrics of this process. A full disk costs the metrics and nothing else."""
    with suppress(OSError):
        write_to_textfile(str(path), registry)


@contextmanager
def writing_from_thread(kind: str) -> Iterator[None]:
    """Write the metrics of this process every few seconds, in a thread, if they are asked for."""
    if not getattr(settings, "METRICS_TOKEN", ""):
        yield
        return
    stop = Event()

    def run() -> None:
        with own_file(kind) as path:
            while not stop.wait(WRITE_SECONDS):
                write(path)

    thread = Thread(target=run, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


class HostCollector:
    """The metrics of all processes of this host, each with the label `process`."""

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics: Prometheus' interface. Files of processes that have ended are deleted."""
        families: dict[str, Metric] = {}
        for path in sorted(folder().glob("*.prom")):
            for family in text_string_to_metric_families(_read(path)):
                same = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    same.add_sample(sample.name, sample.labels | {"process": path.stem}, sample.value)
        yield from families.values()


def _read(path: Path) -> str:
    """Return the content; nothing if the process has ended, which it may have done just now."""
    with suppress(FileNotFoundError):
        if time.time() - path.stat().st_mtime < STALE_SECONDS:
            return path.read_text()
        path.unlink()
    return ""
