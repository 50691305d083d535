"""What a hundred times, and a thousand times as many posts cost: processor time of each kind of page, uncached.

Beside it: how long the very first visitor waits after a change, when the order of the list and the counts of its
filters are read anew.
"""

import asyncio
import time
from contextlib import ExitStack

from benchmarks.figures import Figures
from benchmarks.pages.editor import seed_editor
from benchmarks.pages.load import ask
from benchmarks.pages.servers import ASGI_SITE, Server, running
from benchmarks.pages.sites import LISTING, Sites, run_module
from tests.galley.preview.real_sockets import log_in
from tests.running_site import EDITOR, EDITOR_PASSWORD

SIZES = {"100": 100, "10k": 10_000, "100k": 100_000}
KINDS = {
    "listing": tuple(
        f"{LISTING}{asked}"
        for asked in (
            "",
            "?page=2",
            "?page=5",
            "?tag=proof",
            "?tag=ink-history",
            "?year=2020",
            "?author=ada-quill&page=2",
        )
    ),
    "tag_page": (f"{LISTING}tags/proof/", f"{LISTING}tags/proof/?page=2", f"{LISTING}tags/"),
    "archive": (f"{LISTING}archive/", f"{LISTING}2020/", f"{LISTING}authors/ada-quill/"),
    "feed": (f"{LISTING}feed.atom", f"{LISTING}feed.json"),
    "site_map": ("/sitemap.xml",),
    "search": ("/search/?q=compositor", "/search/?q=apprentice+line", "/search/?q=compos&page=2"),
    "admin_listing": ("/admin/pages/{blog}/", "/admin/pages/{blog}/?p=2"),
}
CONNECTIONS = 8
REQUESTS = {
    "listing": 350,
    "tag_page": 90,
    "archive": 90,
    "feed": 20,
    "site_map": 20,
    "search": 45,
    "admin_listing": 10,
}
ROUNDS = 3


def measure_scale(sites: Sites) -> Figures:
    """Return the ratios of the large sites to the small one, and the first visitor's milliseconds for each size."""
    cpu = {kind: dict.fromkeys(SIZES, 0.0) for kind in KINDS}
    first = {}
    with ExitStack() as stack:
        visited: dict[str, Visited] = {}
        for name, number in SIZES.items():
            var_dir = stack.enter_context(sites.copied(number))
            blog = seed_editor(var_dir)["published"].parent
            visited[name] = Visited(stack.enter_context(running(ASGI_SITE, var_dir)), blog)
            visited[name].ask(KINDS["listing"], 7)
            run_module(var_dir, "benchmarks.generate_posts", "1")
            started = time.perf_counter()
            visited[name].ask([LISTING], 1)
            first[name] = (time.perf_counter() - started) * 1_000
            for paths in KINDS.values():
                visited[name].ask(paths, 2 * len(paths))
        for _ in range(ROUNDS):
            for kind, paths in KINDS.items():
                for name, site in visited.items():
                    before = site.server.cpu_seconds()
                    site.ask(paths, REQUESTS[kind])
                    cpu[kind][name] += site.server.cpu_seconds() - before
    return {
        **{f"{kind}_{name}_over_100": cpu[kind][name] / cpu[kind]["100"] for kind in KINDS for name in ("10k", "100k")},
        **{f"{kind}_100k_cpu_ms": cpu[kind]["100k"] / REQUESTS[kind] / ROUNDS * 1_000 for kind in KINDS},
        **{f"listing_{name}_after_change_ms": first[name] for name in SIZES},
    }


class Visited:
    """A site of some size, and an editor's cookie for its admin."""

    def __init__(self, server: Server, blog: int) -> None:
        self.server = server
        self._blog = blog
        self._cookie = log_in(server.url, EDITOR, EDITOR_PASSWORD)

    def ask(self, paths: "list[str] | tuple[str, ...]", requests: int) -> None:
        """Ask for `paths` in turn. Raises RuntimeError if one of them isn't answered with a page."""
        addresses = [path.format(blog=self._blog) for path in paths]
        cookie = self._cookie if addresses[0].startswith("/admin/") else ""
        answers = asyncio.run(ask(self.server.port, addresses, min(CONNECTIONS, requests), requests, cookie))
        if answers.errors:
            raise RuntimeError(f"{answers.errors} of {requests} requests failed: {answers.statuses} of {paths}")
