"""A spike: a thousand visitors ask for all kinds of pages at once, while an editor publishes and an author types."""

import asyncio
import time

from benchmarks.figures import Figures, percentile
from benchmarks.pages.editor import Post, Publisher, seconds_until_seen, seed_editor, type_keys
from benchmarks.pages.mix import find_mix, read
from benchmarks.pages.servers import WATCHED_SITE, Server, running
from benchmarks.pages.sites import Sites
from benchmarks.pages.watched import ADDRESS as WATCH
from benchmarks.pages.wrk import Report, load
from tests.galley.preview.real_sockets import log_in
from tests.running_site import EDITOR, EDITOR_PASSWORD

CONNECTIONS = 1_000
SECONDS = 60
PUBLISHES_EVERY = 2.0  # seconds
PAGE_CACHE_MIB = 48


def measure_spike(sites: Sites) -> Figures:
    """Return what visitors, editor and author notice of the spike, and how long the event loop was held up."""
    with sites.copied(100) as var_dir:
        posts = seed_editor(var_dir)
        with running(WATCHED_SITE, var_dir, page_cache_mib=PAGE_CACHE_MIB) as server:
            return asyncio.run(_play(server, posts))


async def _play(server: Server, posts: dict[str, Post]) -> Figures:
    cookie = await asyncio.to_thread(log_in, server.url, EDITOR, EDITOR_PASSWORD)
    publisher = Publisher(server, cookie, posts["published"])
    # The first time takes longer: what the admin needs is loaded, and every page made for the first time.
    await _publish(server, publisher, "warming up")
    mix = find_mix(server)
    await load(server.port, mix, 32, 3)
    read(server, WATCH)
    is_over = asyncio.Event()
    typing = asyncio.create_task(type_keys(server, cookie, posts["typed"], is_over))
    publishing = asyncio.create_task(_publish_on(server, publisher, is_over))
    visitors = await load(server.port, mix, CONNECTIONS, SECONDS)
    is_over.set()
    return _figures(visitors, await publishing, await typing, float(read(server, WATCH)))


async def _publish_on(server: Server, publisher: Publisher, until: asyncio.Event) -> list[tuple[float, float]]:
    """Publish every two seconds; return how long each took, and how long until visitors saw it, from the click on."""
    seen = []
    number = 0
    while not until.is_set():
        due = time.perf_counter() + PUBLISHES_EVERY
        number += 1
        seen.append(await _publish(server, publisher, f"Edition {number}"))
        await asyncio.sleep(due - time.perf_counter())
    return seen


async def _publish(server: Server, publisher: Publisher, title: str) -> tuple[float, float]:
    began = time.perf_counter()
    await asyncio.to_thread(publisher.publish, title)
    took = time.perf_counter() - began
    # On the post itself, and where the newest posts are listed.
    for path in (publisher.path, "/blog/"):
        await seconds_until_seen(server, path, title)
    return took, time.perf_counter() - began


def _figures(visitors: Report, published: list[tuple[float, float]], keys: list[float], stall_ms: float) -> Figures:
    return {
        "spike_errors": visitors.errors,
        "spike_p50_ms": visitors.p50_ms,
        "spike_p99_ms": visitors.p99_ms,
        "spike_per_second": visitors.rate,
        "spike_publish_takes_ms": max(took for took, _ in published) * 1_000,
        "spike_publish_seen_ms": max(seen - took for took, seen in published) * 1_000,
        "spike_publications": len(published),
        "spike_preview_p50_ms": percentile(keys, 50) * 1_000,
        "spike_preview_p95_ms": percentile(keys, 95) * 1_000,
        "spike_keys": len(keys),
        "loop_stall_ms": stall_ms,
    }
