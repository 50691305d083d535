"""`manage.py explain_cache URL`: what the page cache does with a URL, and why."""

import asyncio
import logging
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Site

from galley.page_cache.application import PageCache, logger
from galley.page_cache.cacheability import MAX_AGE_SECONDS
from galley.page_cache.conf import DEFAULTS
from galley.page_cache.entries import Entry, Message
from galley.page_cache.tables import tables_cached_by_wagtail

MAX_SQL_LENGTH = 160


class Decisions(logging.Handler):
    """Collects what the cache logs."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Collect the decision and its reason."""
        if isinstance(record.args, tuple) and len(record.args) == 3:
            self.made.append((str(record.args[0]), str(record.args[2])))


class Command(BaseCommand):
    """Requests a URL twice through a page cache of its own, and prints the cache's decisions."""

    help = (
        "Requests a URL twice, as an anonymous visitor, and explains what the page cache does with it. Works in DEBUG."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the URL and the host."""
        parser.add_argument("url", help="A full URL, or a path on the default site.")
        parser.add_argument("--host", help="The Host header. Default: that of the URL, or of the default site.")

    def handle(self, *, url: str, host: str | None, **options: Any) -> None:
        """Request the URL and print the explanation. Raises CommandError if there is no host to ask."""
        scope = make_scope(url, host)
        django_application: Any = get_asgi_application()
        cache = PageCache(django_application, DEFAULTS["PAGE_CACHE_MAX_BYTES"])
        with collect_decisions() as decisions:
            answers = asyncio.run(request_twice(cache, scope))
        for answer in answers:
            headers = {name.decode().lower(): value.decode("latin-1") for name, value in answer["headers"]}
            self.stdout.write(f"GET {scope['path']}: status {answer['status']}")
            for name in ("cache-status", "cache-control", "vary", "set-cookie"):
                if name in headers:
                    self.stdout.write(f"  {name}: {headers[name]}")
        self.stdout.write("\nDecisions of the cache")
        for decision, reason in decisions.made:
            self.stdout.write(f"  {decision}: {reason}")
        self.print_entry(next(iter(cache.store.entries.values()), None), decisions)

    def print_entry(self, entry: Entry | None, decisions: Decisions) -> None:
        """Print whether and how long the response is stored, and what invalidates it."""
        if entry is None:
            reason = next((reason for decision, reason in decisions.made if decision in {"not stored", "bypass"}), "")
            self.stdout.write(f"\nCacheable: no; {reason}\nStored: no")
            return
        seconds = max(0, round(entry.fresh_until - monotonic()))
        self.stdout.write(f"\nCacheable: yes\nStored: yes, {entry.size:,} bytes")
        self.stdout.write(f"Fresh: for {seconds} seconds (at most {MAX_AGE_SECONDS}), unless content changes")
        self.stdout.write(f"Made from {len(entry.queries.queries)} queries")
        for (_alias, sql, params), (_params, tables) in entry.queries.queries.items():
            text = sql if len(sql) <= MAX_SQL_LENGTH else f"{sql[:MAX_SQL_LENGTH]}…"
            self.stdout.write(f"  {', '.join(sorted(tables)) or 'no table'}\n    {text}\n    {params}")
        self.stdout.write("Invalidated by changes that give one of these queries other rows, in the tables")
        for table in sorted(entry.queries.tables):
            self.stdout.write(f"  {table}")
        self.stdout.write(f"and by every change in {', '.join(sorted(tables_cached_by_wagtail()))}")


def make_scope(url: str, host: str | None) -> dict[str, Any]:
    """Return the ASGI scope of an anonymous GET request. Raises CommandError if there is no host."""
    site = Site.objects.filter(is_default_site=True).first()
    parts = urlsplit(url if urlsplit(url).netloc or site is None else f"{site.root_url}/{url.removeprefix('/')}")
    host = host or parts.netloc
    if not host:
        raise CommandError("There is no default site. Give a full URL, or --host.")
    headers = [(b"host", host.encode())]
    if settings.SECURE_PROXY_SSL_HEADER:
        header, secure = settings.SECURE_PROXY_SSL_HEADER
        name = header.removeprefix("HTTP_").replace("_", "-").lower()
        headers.append((name.encode(), secure.encode() if parts.scheme == "https" else b"http"))
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": parts.scheme or "http",
        "path": unquote(parts.path) or "/",
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname or host, parts.port or 80),
    }


async def request_twice(cache: PageCache, scope: dict[str, Any]) -> list[Message]:
    """Return the start messages of the responses to two requests."""
    answers: list[Message] = []

    async def request_body() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.Event().wait()  # the client doesn't disconnect

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answers.append(message)

    for _ in range(2):
        await cache(dict(scope), aiter(request_body()).__anext__, send)
    return answers


@contextmanager
def collect_decisions() -> Iterator[Decisions]:
    """Collect what the cache logs, which is printed nowhere else meanwhile."""
    decisions, level = Decisions(), logger.level
    logger.addHandler(decisions)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield decisions
    finally:
        logger.removeHandler(decisions)
        logger.setLevel(level)
        logger.propagate = True
