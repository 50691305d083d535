"""`manage.py explain_cache URL`: what the page cache does with a URL, and why."""

import asyncio
import logging
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import BufferingHandler
from time import monotonic
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from django.core.asgi import get_asgi_application
from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Site

from galley.page_cache.application import PageCache, logger
from galley.page_cache.cacheability import MAX_AGE_SECONDS, RequestRules, Scope
from galley.page_cache.conf import DEFAULTS
from galley.page_cache.entries import Entry, Message
from galley.page_cache.tables import tables_cached_by_wagtail

MAX_SQL_LENGTH = 160
# What the cache logs of a decision: its name, the URL and the reason.
Decision = tuple[str, str, str]


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
        django_application: Any = get_asgi_application()
        cache = PageCache(django_application, DEFAULTS["PAGE_CACHE_MAX_BYTES"])
        scope = make_scope(url, host, cache.rules)
        with collect_decisions() as decisions:
            answers = asyncio.run(request_twice(cache, scope))
        for answer in answers:
            headers = {name.decode().lower(): value.decode("latin-1") for name, value in answer["headers"]}
            self.stdout.write(f"GET {scope['path']}: status {answer['status']}")
            for name in ("cache-status", "cache-control", "vary", "set-cookie"):
                if name in headers:
                    self.stdout.write(f"  {name}: {headers[name]}")
        self.stdout.write("\nDecisions of the cache")
        for decision, _url, reason in decisions:
            self.stdout.write(f"  {decision}: {reason}")
        self.print_entry(next(iter(cache.store.entries.values()), None), decisions)

    def print_entry(self, entry: Entry | None, decisions: list[Decision]) -> None:
        """Print whether and how long the response is stored, and what invalidates it."""
        if entry is None:
            reason = next((reason for decision, _url, reason in decisions if decision in {"not stored", "bypass"}), "")
            self.stdout.write(f"\nCacheable: no; {reason}\nStored: no")
            return
        seconds = max(0, round(entry.fresh_until - monotonic()))
        self.stdout.write(f"\nCacheable: yes\nStored: yes, {entry.size:,} bytes")
        self.stdout.write(f"Fresh: for {seconds} seconds (at most {MAX_AGE_SECONDS}), unless content changes")
        self.stdout.write(f"Made from {len(entry.queries)} queries")
        for (_alias, sql, params), (_params, tables) in entry.queries.items():
            text = sql if len(sql) <= MAX_SQL_LENGTH else f"{sql[:MAX_SQL_LENGTH]}…"
            self.stdout.write(f"  {', '.join(sorted(tables)) or 'no table'}\n    {text}\n    {params}")
        self.stdout.write("Invalidated by changes that give one of these queries other rows, in the tables")
        for table in sorted(entry.queries.tables):
            self.stdout.write(f"  {table}")
        self.stdout.write(f"and by every change in {', '.join(sorted(tables_cached_by_wagtail()))}")


def make_scope(url: str, host: str | None, rules: RequestRules) -> Scope:
    """Return the ASGI scope of an anonymous GET request. Raises CommandError if there is no host."""
    site = Site.objects.filter(is_default_site=True).first()
    parts = urlsplit(url if urlsplit(url).netloc or site is None else f"{site.root_url}/{url.removeprefix('/')}")
    host = host or parts.netloc
    if not host:
        raise CommandError("There is no default site. Give a full URL, or --host.")
    headers = [(b"host", host.encode())]
    if rules.scheme_header:
        headers.append((rules.scheme_header, rules.secure_value if parts.scheme == "https" else b"http"))
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": parts.scheme or "http",
        "path": unquote(parts.path) or "/",
        "query_string": parts.query.encode(),
        "headers": headers,
    }


async def request_twice(cache: PageCache, scope: Scope) -> list[Message]:
    """Return the start messages of the responses to two requests."""
    answers: list[Message] = []
    for _ in range(2):
        received: asyncio.Queue[Message] = asyncio.Queue()
        sent: asyncio.Queue[Message] = asyncio.Queue()
        received.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        await cache(dict(scope), received.get, sent.put)
        answers.append(sent.get_nowait())
    return answers


@contextmanager
def collect_decisions() -> Iterator[list[Decision]]:
    """Collect what the cache logs, which is printed nowhere else meanwhile. The list is filled at the end."""
    decisions: list[Decision] = []
    handler, level = BufferingHandler(1_000), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield decisions
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = True
        decisions += [cast(Decision, record.args) for record in handler.buffer if record.name == logger.name]
