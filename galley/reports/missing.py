"""Counts the addresses that visitors ask for and that aren't there.

The counter stands in front of the site's ASGI application, where a request still has its headers: the page cache asks
Django without them. It notes a path in memory, and writes once a minute, in a thread, so that a flood costs no writes.
Nothing is stored about a visitor: no IP address, no user agent, no query, and no path that may hold a secret.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error, connections, transaction
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from galley.reports.models import MissingAddress

logger = logging.getLogger(__name__)

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

FLUSH_SECONDS = 60.0
# What is asked for beyond that, before the next write, isn't counted.
MAX_IN_MEMORY = 500
# So often one address counts on one day, and so many addresses are stored at most.
MOST_A_DAY = 1_000
MAX_STORED = 2_000
KEEP = timedelta(days=90)
MAX_LENGTH = 255

# Nobody links to these: programs try them on every site.
NOISE = re.compile(
    r"/(wp-|wordpress|xmlrpc|cgi-bin|phpmyadmin|pma/|vendor/|autodiscover|owa/|actuator|solr/|boaform|_ignition"
    r"|\.(?!well-known/)|node_modules)|\.(php\d?|aspx?|jspx?|cgi|env|git|sql|bak|ini|ya?ml|log|sh|exe|dll|map)(/|$)|//",
    re.IGNORECASE,
)
ROBOT = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|scan|curl|wget|python|java/|go-http|http-?client|monitor|headless", re.I
)
# A token, a UUID or an e-mail address. A word of 16 characters with letters and digits is none of a language.
SECRET = re.compile(r"@|[0-9a-f]{8}-[0-9a-f]{4}-|(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{16,}", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass
class Noted:
    """How often an address was asked for, when last, and from which page."""

    count: int
    last_seen: datetime
    referrer: str


class MissingAddressCounter:
    """ASGI application around a site's own: notes each GET that is answered with status 404."""

    def __init__(self, app: ASGIApp, flush_seconds: float = FLUSH_SECONDS) -> None:
        self.app = app
        self.noted: dict[tuple[str, str], Noted] = {}
        self._flush_seconds = flush_seconds
        self._flushing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the site does."""
        if scope["type"] == "lifespan":
            await self.app(scope, self._flushing_before_the_end(receive), send)
        elif scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
        else:

            async def send_and_note(message: Any) -> None:
                if message["type"] == "http.response.start" and message["status"] == 404:
                    self._note(scope)
                await send(message)

            await self.app(scope, receive, send_and_note)

    def _note(self, scope: Any) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        path = scope["path"]
        if not is_worth_noting(path, headers.get(b"user-agent", "")):
            return
        host = headers.get(b"host", "")
        key = host, path
        now, referrer = timezone.now(), clean_referrer(headers.get(b"referer", ""), host)
        if noted := self.noted.get(key):
            noted.count, noted.last_seen, noted.referrer = noted.count + 1, now, referrer or noted.referrer
        elif len(self.noted) < MAX_IN_MEMORY:
            self.noted[key] = Noted(1, now, referrer)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.get_running_loop().create_task(self._flush_later())

    async def _flush_later(self) -> None:
        await asyncio.sleep(self._flush_seconds)
        await self.flush()

    async def flush(self) -> None:
        """Store what is noted, in a thread. If the database fails, it is lost, and the site goes on."""
        noted, self.noted = self.noted, {}
        if noted:
            await asyncio.to_thread(_store_in_thread, noted)

    def _flushing_before_the_end(self, receive: Any) -> Any:
        async def receive_and_flush() -> Any:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                if self._flushing:
                    self._flushing.cancel()
                await self.flush()
            return message

        return receive_and_flush


def is_worth_noting(path: str, user_agent: str) -> bool:
    """Return whether a visitor, and no program, may have looked for a page at `path`, which gives nothing away."""
    ignored = getattr(settings, "REPORTS_IGNORED_PATHS", ("/admin/", "/preview/", "/static/", "/health/"))
    return bool(
        user_agent
        and len(path) <= MAX_LENGTH
        and not ROBOT.search(user_agent)
        and not path.startswith(tuple(ignored))
        and not NOISE.search(path)
        and not SECRET.search(path)
        and not CONTROL.search(path)
    )


def clean_referrer(referrer: str, host: str) -> str:
    """Return the page with the link: without its query, and of another site, or with a secret, its origin alone."""
    try:
        parts = urlsplit(referrer)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc or CONTROL.search(referrer):
        return ""
    is_own = parts.netloc.lower() == host.lower()
    path = parts.path if is_own and not SECRET.search(parts.path) else "/"
    return f"{parts.scheme}://{parts.netloc}{path}"[:MAX_LENGTH]


def _store_in_thread(noted: dict[tuple[str, str], Noted]) -> None:
    try:
        store(noted)
    except Error:
        logger.exception("Missing addresses could not be stored")
    finally:
        connections.close_all()


def store(noted: dict[tuple[str, str], Noted]) -> None:
    """Add `noted`, by host and path, to what is stored. Blocks."""
    sites = _find_sites({host for host, _path in noted})
    merged: dict[tuple[int, str], Noted] = {}
    for (host, path), one in noted.items():
        if site := sites.get(host):
            key = site.pk, Redirect.normalise_path(path)
            if before := merged.get(key):
                one = Noted(one.count + before.count, one.last_seen, one.referrer or before.referrer)
            merged[key] = one
    _leave_out_pages(merged, {site.pk: site.root_page.url_path.rstrip("/") for site in sites.values()})
    fields = ["count", "count_today", "last_seen", "referrer"]
    with transaction.atomic():
        new = (
            MissingAddress(site_id=site, path=path, first_seen=one.last_seen) for (site, path), one in merged.items()
        )
        MissingAddress.objects.bulk_create(new, ignore_conflicts=True)
        rows = MissingAddress.objects.select_for_update().filter(path__in={path for _site, path in merged})
        changed = [row for row in rows if (row.site_id, row.path) in merged]
        for row in changed:
            one = merged[row.site_id, row.path]
            is_same_day = row.last_seen and row.last_seen.date() == one.last_seen.date()
            today = row.count_today if is_same_day else 0
            counted = min(one.count, MOST_A_DAY - today)
            row.count, row.count_today, row.last_seen = row.count + counted, today + counted, one.last_seen
            row.referrer = one.referrer or row.referrer
        MissingAddress.objects.bulk_update(changed, fields, batch_size=100)
        _delete_surplus(MissingAddress.objects.all())


def _find_sites(hosts: set[str]) -> dict[str, Site]:
    """Return the site of each host; the default site for those that have none of their own."""
    sites = list(Site.objects.select_related("root_page").order_by("is_default_site"))
    by_name = {site.hostname: site for site in sites}
    default = next((site for site in sites if site.is_default_site), None)
    found = {host: by_name.get(host.rsplit(":", 1)[0].lower(), default) for host in hosts}
    return {host: site for host, site in found.items() if site}


def _leave_out_pages(merged: dict[tuple[int, str], Noted], roots: dict[int, str]) -> None:
    """Leave out the paths of published pages: there, a query was wrong, such as the number of a list's page."""
    at = {f"{roots[site]}{path}/": (site, path) for site, path in merged}
    for url_path in Page.objects.live().filter(url_path__in=at).values_list("url_path", flat=True):
        del merged[at[url_path]]


def _delete_surplus(rows: Any) -> None:
    """Delete what nobody has asked for lately, and of too many rows those that were asked for least."""
    rows.filter(last_seen__lt=timezone.now() - KEEP).delete()
    if rows.count() > MAX_STORED:
        least = rows.order_by("is_ignored", "-count", "-last_seen").values_list("pk", flat=True)
        rows.filter(pk__in=list(least[MAX_STORED:])).delete()
