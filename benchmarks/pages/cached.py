"""A page from the cache: against bare uvicorn that sends the same bytes, and against Django under gunicorn's threads.

`uv run python -m benchmarks.pages.cached [--json FILE]` takes the three in turns, on the site as it really runs, and
prints requests a second at 32 connections. It needs wrk: a load tool that is slower than what it measures would measure
itself.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from benchmarks import facts
from config.up.address import send_at_once
from tests.running_site import PROJECT, build_small_site, environment, run_site

CONNECTIONS = 32
SECONDS = 2
ROUNDS = 9
# What uvicorn adds by itself, and what belongs to the connection.
OWN_HEADERS = {"date", "server", "connection"}
UVICORN = ["-m", "uvicorn", "benchmarks.pages.fixed:application", "--no-access-log", "--log-level", "warning"]
GUNICORN = ["-m", "gunicorn", "django.core.wsgi:get_wsgi_application()", "--threads", "8", "--log-level", "warning"]


def measure() -> dict[str, float]:
    """Return the figures: medians of the rounds, and of the ratios in each round."""
    with ExitStack() as stack:
        var_dir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="galley-cached-")))
        build_small_site(var_dir)
        path = _add_long_page(var_dir)
        site = stack.enter_context(run_site(var_dir, PAGE_CACHE_MIB="64"))
        page = _read_from_cache(site.url + path)
        addresses = {
            "cached": site.url + path,
            "bare": stack.enter_context(_run_bare(var_dir / "same.json", page, lambda name: name not in OWN_HEADERS)),
            "bare_few_headers": stack.enter_context(
                _run_bare(var_dir / "few.json", page, lambda name: name in {"content-type", "content-length"})
            ),
            "wsgi": stack.enter_context(_run_gunicorn(var_dir)) + path,
        }
        rates: dict[str, list[float]] = {name: [] for name in addresses}
        for _ in range(ROUNDS):
            for name, address in addresses.items():
                rates[name].append(_load(address))
    return {
        # What is taken right after each other is compared: a machine isn't equally fast all the time.
        **{
            f"cached_over_{name}": median(a / b for a, b in zip(rates["cached"], rates[name], strict=True))
            for name in ("bare", "bare_few_headers", "wsgi")
        },
        "cached_page_bytes": float(len(page.body)),
        **{f"{name}_per_second": median(each) for name, each in rates.items()},
    }


class Page:
    """An answer of the site, as it came over the wire."""

    def __init__(self, headers: list[tuple[str, str]], body: bytes) -> None:
        self.headers = [(name.lower(), value) for name, value in headers]
        self.body = body


def _add_long_page(var_dir: Path) -> str:
    command = [sys.executable, "-m", "benchmarks.pages.long_page"]
    run = subprocess.run(command, cwd=PROJECT, env=environment(var_dir), check=True, capture_output=True, text=True)
    return run.stdout.strip()


def _read_from_cache(url: str) -> Page:
    """Return the page once it comes from memory."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        with urllib.request.urlopen(url) as answer:  # noqa: S310
            if answer.headers["Cache-Status"].startswith("edge; hit"):
                return Page(answer.getheaders(), answer.read())
    raise RuntimeError("The page is not kept in the cache.")


@contextmanager
def _run_bare(file: Path, page: Page, is_sent: Callable[[str], bool]) -> Iterator[str]:
    headers = [pair for pair in page.headers if is_sent(pair[0])]
    file.write_text(json.dumps({"headers": headers, "body": b64encode(page.body).decode()}))
    with _run(lambda fd: [*UVICORN, "--fd", str(fd), "--lifespan", "off"], FIXED_ANSWER=str(file)) as address:
        yield address


@contextmanager
def _run_gunicorn(var_dir: Path) -> Iterator[str]:
    with _run(lambda fd: [*GUNICORN, "--bind", f"fd://{fd}"], **environment(var_dir)) as address:
        yield address


@contextmanager
def _run(command: Callable[[int], list[str]], **variables: str) -> Iterator[str]:
    """Run a server on a socket of its own; yield its address when it answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        send_at_once(listener)
        process = subprocess.Popen(
            [sys.executable, *command(listener.fileno())],
            cwd=PROJECT,
            env={**os.environ, **variables},
            pass_fds=[listener.fileno()],
        )
        address = f"http://localhost:{listener.getsockname()[1]}"
        try:
            urllib.request.urlopen(f"{address}/", timeout=60).close()  # noqa: S310
            yield address
        finally:
            process.terminate()
            process.wait()


def _load(address: str) -> float:
    """Return how many requests a second the server answers. Raises `RuntimeError` if one of them fails."""
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{SECONDS}s", address]
    report = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in report:
        raise RuntimeError(f"{address} answers with errors:\n{report}")
    return float(report.partition("Requests/sec:")[2].split()[0])


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    chosen = options.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This needs the load tool wrk: apt-get install wrk (or brew install wrk).")
    figures = measure()
    for name, figure in figures.items():
        print(f"{name:32} {figure:10.2f}")
    if chosen.json:
        result = {"figures": figures, "machine": facts.machine(), "commit": facts.commit()}
        chosen.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
