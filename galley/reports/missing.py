"""Counts the addresses that visitors ask for and that aren't there.

The counter stands in front of the site's ASGI application, where a request still has its headers: the page cache asks
Django without them. It notes a path in memory, and writes in a thread, once a minute at most, so that a flood costs no
writes. Nothing is stored about a visitor: no IP address, no user agent, no query, and no path that may hold a secret.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from galley.async_pages.counting import AnswerCounter, ASGIApp, is_browser
from galley.reports.models import MissingAddress

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
# A token, a UUID or an e-mail address. A word of 16 characters with letters and digits is none of a language.
SECRET = re.compile(r"@|[0-9a-f]{8}-[0-9a-f]{4}-|(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{16,}", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass
class Noted:
    """How often an address was asked for, when last, and from which page."""

    count: int
    last_seen: datetime
    referrer: str

    def __add__(self, later: "Noted") -> "Noted":
        """Return both as one."""
        return Noted(self.count + later.count, later.last_seen, later.referrer or self.referrer)


class MissingAddressCounter(AnswerCounter):
    """ASGI application around a site's own: notes each GET that is answered with status 404."""

    def __init__(self, app: ASGIApp, flush_seconds: float = FLUSH_SECONDS) -> None:
        super().__init__(app, flush_seconds)

    def note(self, scope: Any, start: Any) -> None:
        """Note the address, if it isn't there."""
        headers = dict(scope["headers"])
        if start["status"] != 404 or not is_worth_noting(scope["path"], headers.get(b"user-agent", b"")):
            return
        host = headers.get(b"host", b"").decode("latin-1")
        referrer = clean_referrer(headers.get(b"referer", b"").decode("latin-1"), host)
        key, one = (host, scope["path"]), Noted(1, timezone.now(), referrer)
        if key in self.noted:
            self.noted[key] += one
        elif len(self.noted) < MAX_IN_MEMORY:
            self.noted[key] = one
        self.flush_later()

    def store(self, noted: dict[tuple[str, str], Noted]) -> None:
        """Write what is noted, by host and path. Blocks."""
        store(noted)


def is_worth_noting(path: str, user_agent: bytes) -> bool:
    """Return whether a visitor, and no program, may have looked for a page at `path`, which gives nothing away."""
    ignored = getattr(settings, "REPORTS_IGNORED_PATHS", ("/admin/", "/preview/", "/static/", "/health/"))
    return bool(
        is_browser(user_agent)
        and len(path) <= MAX_LENGTH
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


def store(noted: dict[tuple[str, str], Noted]) -> None:
    """Add `noted`, by host and path, to what is stored. Blocks."""
    sites = _find_sites({host for host, _path in noted})
    merged: dict[tuple[int, str], Noted] = {}
    for (host, path), one in noted.items():
        if site := sites.get(host):
            key = site.pk, Redirect.normalise_path(path)
            merged[key] = merged[key] + one if key in merged else one
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
