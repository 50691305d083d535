"""A page from the cache: against bare uvicorn that sends the same bytes, and against Django under gunicorn's threads.

All of them run side by side, and are asked in turns: a machine isn't equally fast all the time, so what is taken right
after each other is compared.
"""

import asyncio
import json
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.figures import Figures
from benchmarks.pages.servers import ASGI_SITE, WSGI_SITE, Server, running
from benchmarks.pages.sites import Sites, run_module
from benchmarks.pages.wrk import load

CONNECTIONS = 32
SECONDS = 2
ROUNDS = 5
WORDS = 3_700
# What uvicorn adds by itself, and what belongs to the connection.
OWN_HEADERS = {"date", "server", "connection"}
BARE = ("uvicorn", "benchmarks.pages.fixed:application", "--lifespan", "off")
PATIENCE = 20  # seconds


@dataclass(frozen=True)
class Page:
    """An answer of the site, as it came over the wire."""

    headers: list[tuple[str, str]]
    body: bytes


def measure_cached(sites: Sites) -> Figures:
    """Return medians of requests a second, and of the ratios in each round."""
    with ExitStack() as stack:
        var_dir = stack.enter_context(sites.copied(100))
        path = run_module(var_dir, "benchmarks.pages.long_page", str(WORDS))
        site = stack.enter_context(running(ASGI_SITE, var_dir, page_cache_mib=64))
        page = _read_from_cache(site.url + path)
        servers = {
            "cached": site,
            "bare": stack.enter_context(_bare(var_dir / "same.json", page, lambda name: name not in OWN_HEADERS)),
            "bare_few_headers": stack.enter_context(
                _bare(var_dir / "few.json", page, lambda name: name in {"content-type", "content-length"})
            ),
            "wsgi": stack.enter_context(running(WSGI_SITE, var_dir)),
        }
        rates: dict[str, list[float]] = {name: [] for name in servers}
        for _ in range(ROUNDS):
            for name, server in servers.items():
                rates[name].append(_ask(server, path))
    return {
        **{
            f"cached_over_{name}": median(a / b for a, b in zip(rates["cached"], rates[name], strict=True))
            for name in ("bare", "bare_few_headers", "wsgi")
        },
        "cached_page_bytes": len(page.body),
        **{f"{name}_per_second": median(each) for name, each in rates.items()},
    }


def _ask(server: Server, path: str) -> float:
    answers = asyncio.run(load(server.port, [path], CONNECTIONS, SECONDS, accept_encoding="identity"))
    if answers.errors:
        raise RuntimeError(f"{answers.errors} of {answers.requests} requests failed.")
    return answers.rate


def _read_from_cache(url: str) -> Page:
    """Return the page once it comes from memory."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with urllib.request.urlopen(url) as answer:  # noqa: S310  (our own server)
            if answer.headers["Cache-Status"].startswith("galley; hit"):
                return Page([(name.lower(), value) for name, value in answer.getheaders()], answer.read())
    raise RuntimeError("The page is not kept in the cache.")


@contextmanager
def _bare(file: Path, page: Page, is_sent: Callable[[str], bool]) -> Iterator[Server]:
    headers = [pair for pair in page.headers if is_sent(pair[0])]
    file.write_text(json.dumps({"headers": headers, "body": b64encode(page.body).decode()}))
    with running(BARE, file.parent, FIXED_ANSWER=str(file)) as server:
        yield server
