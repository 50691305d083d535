"""The questions about settings, database, Redis, worker and index of the search."""

import ctypes
import datetime
import struct
import sys
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.checks import CheckMessage, Tags, run_checks
from django.core.checks import messages as check_messages
from django.db import InterfaceError, OperationalError, connection
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision
from wagtail.search.models import IndexEntry

from galley.health.checks import find_budget
from galley.health.findings import Finding, State
from galley.tasks.queue import WORKER_LATE, read_status

# A worker publishes pages each minute.
OVERDUE = datetime.timedelta(minutes=5)
LONGEST_WAIT = datetime.timedelta(minutes=15)
CLOCK_SECONDS = 5.0
# The structure of adjtimex(2), and where in it the clock's largest error stands, in microseconds.
TIMEX_BYTES = 208
MAX_ERROR_AT = 24
# The kernel counts up to here while no time server corrects the clock.
UNCORRECTED = 16_000_000


def check_settings() -> Iterator[Finding]:
    """Ask which settings apply, and what the system checks say; with HTTPS, those for a deployment too."""
    module = settings.SETTINGS_MODULE
    if settings.DEBUG:
        mend = _("Set DJANGO_SETTINGS_MODULE=config.settings.production, and run commands with galley COMMAND.")
        yield Finding("settings", State.FAULT, _("%s, with DEBUG: visitors see code and settings.") % module, mend)
        return
    is_public = settings.WAGTAILADMIN_BASE_URL.startswith("https:")
    # Without `databases`: those checks are asked with the database.
    found = list(_show_checks("settings", run_checks(include_deployment_checks=is_public)))
    yield from found or [Finding("settings", State.WELL, module)]


def _show_checks(name: str, messages: list[CheckMessage]) -> Iterator[Finding]:
    """Yield the warnings and errors among `messages` of system checks."""
    look = _("Change it in /etc/galley.env, then galley restart. docs.djangoproject.com/ref/checks says more.")
    for message in messages:
        if message.level >= check_messages.WARNING and not message.is_silenced():
            state = State.FAULT if message.level >= check_messages.ERROR else State.WARNING
            yield Finding(name, state, f"{message.id}: {message.msg}", message.hint or look)


def check_database() -> Iterator[Finding]:
    """Ask the database whether it answers, what time it has, and how many connections are left."""
    try:
        cursor = connection.cursor()
    except (OperationalError, InterfaceError) as error:
        yield _explain_away(error)
        return
    with cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT 1")
            yield Finding("database", State.WELL, connection.vendor)
            yield judge_clock(0)
            return
        cursor.execute("SELECT clock_timestamp(), current_setting('max_connections')::int")
        now, most = cursor.fetchone()
        cursor.execute("SELECT COUNT(*) FROM pg_stat_activity")
        used = cursor.fetchone()[0]
    text = _("PostgreSQL answers; %(used)s of %(most)s connections are used.") % {"used": used, "most": most}
    if budget := find_budget():
        text += " " + _("%(processes)s processes may open %(pool)s each.") % {"processes": budget[1], "pool": budget[0]}
    mend = _("Raise max_connections in postgresql.conf, or run fewer processes.")
    yield Finding(
        "database", State.WARNING if used > 0.8 * most else State.WELL, text, mend if used > 0.8 * most else ""
    )
    yield from _show_checks("database", run_checks(tags=[Tags.database], databases=["default"]))
    yield judge_clock(abs((timezone.now() - now).total_seconds()))


def _explain_away(error: Exception) -> Finding:
    """Return the finding of a database that can't be reached."""
    if connection.vendor != "postgresql":
        text = _("The database gives no answer: %s.") % error
        mend = _("Look whether %s is there, and whether the account of the site may write to it and its folder.")
        return Finding("database", State.FAULT, text, mend % connection.settings_dict["NAME"])
    psycopg: Any = connection.Database  # type: ignore[attr-defined]
    try:
        # The pool only says how long it has waited.
        psycopg.connect(**connection.get_connection_params()).close()
    except psycopg.Error as own_error:
        error = own_error
    text = _("PostgreSQL gives no answer. Worker and queue weren't asked, which are in it. The reason: %s")
    mend = _(
        "Look whether it runs: systemctl status postgresql. DATABASE_URL in /etc/galley.env says where it is, and "
        "with which password the site enters. After a change: galley restart."
    )
    return Finding("database", State.FAULT, text % " ".join(str(error).split()), mend)


def judge_clock(difference: float) -> Finding:
    """Return the finding about the clock, which differs from the database's by that many seconds."""
    if difference > CLOCK_SECONDS:
        text = _("The clocks of this machine and of the database differ by %.0f seconds.") % difference
        return Finding("clock", State.WARNING, text, _("Let both follow a time server: timedatectl set-ntp true."))
    match is_clock_corrected():
        case True:
            return Finding("clock", State.WELL, _("A time server corrects it."))
        case False:
            text = _("No time server corrects it. Once it is wrong, pages come late and second factors are refused.")
            return Finding("clock", State.WARNING, text, _("Let it follow a time server: timedatectl set-ntp true."))
    return Finding("clock", State.WELL, _("It is that of the database. Whether a time server corrects it isn't known."))


def is_clock_corrected() -> bool | None:
    """Return whether a time server corrects this machine's clock; None where the kernel doesn't say.

    The clock's largest error decides, as in systemd's `ntp_synced`: some programs correct it without setting the flag.
    """
    timex = ctypes.create_string_buffer(TIMEX_BYTES)
    if sys.platform != "linux" or ctypes.CDLL(None).adjtimex(timex) < 0:
        return None
    (max_error,) = struct.unpack_from("=q", timex, MAX_ERROR_AT)
    return bool(max_error < UNCORRECTED)


def check_cache() -> Iterator[Finding]:
    """Ask Redis whether it answers. Django's cache hides its errors: then nothing is found in it."""
    if not _uses_redis():
        yield Finding("Redis", State.WELL, _("Not used: the site runs in one process."))
    elif is_cache_away():
        text = _("Redis doesn't answer. Pages are slower, and a draft reaches only screens of the same process.")
        yield Finding(
            "Redis", State.FAULT, text, _("Start it: systemctl start redis-server. REDIS_URL says where it is.")
        )
    else:
        yield Finding("Redis", State.WELL, _("Redis answers."))


def is_cache_away() -> bool:
    """Return whether what is written to the shared cache can't be read again. Blocks for a second at most."""
    cache.set("galley.health", 1, 60)
    return _uses_redis() and cache.get("galley.health") is None


def check_worker() -> Iterator[Finding]:
    """Ask when a worker was seen, what waits and what has failed."""
    status = read_status()
    start = _("Start it: systemctl start galley-worker. Nothing is lost: what waits is done then.")
    if status.seen_at is None:
        yield Finding("worker", State.FAULT, _("No worker has been seen yet: mails and scheduled pages wait."), start)
    elif timezone.now() - status.seen_at > WORKER_LATE:
        text = _("The worker was last seen %s ago: mails and scheduled pages wait.") % timesince(status.seen_at)
        yield Finding("worker", State.FAULT, text, start)
    else:
        yield Finding("worker", State.WELL, _("The worker was seen %s ago.") % timesince(status.seen_at))
    counts = _("%(waiting)s tasks wait, %(failed)s have failed.") % status._asdict()
    if status.oldest_age > LONGEST_WAIT:
        text = f"{counts} {_('The oldest has waited for %s.') % timesince(timezone.now() - status.oldest_age)}"
        mend = _("Restart the worker: systemctl restart galley-worker. The report Background tasks shows what it runs.")
        yield Finding("queue", State.FAULT, text, mend)
    else:
        mend = _("The report Background tasks in the admin says why, and tries them again.") if status.failed else ""
        yield Finding("queue", State.WARNING if status.failed else State.WELL, counts, mend)


def check_scheduled_pages() -> Iterator[Finding]:
    """Ask for pages whose time has passed, and that aren't published."""
    overdue = Revision.objects.filter(approved_go_live_at__lt=timezone.now() - OVERDUE).count()
    if overdue:
        text = _("%s pages should have been published by now.") % overdue
        mend = _("Publish them now: galley publish_scheduled. Then look whether the worker runs.")
        yield Finding("scheduled pages", State.FAULT, text, mend)
    else:
        yield Finding("scheduled pages", State.WELL, _("None is overdue."))


def check_index() -> Iterator[Finding]:
    """Ask for published pages that the search can't find, since its index hasn't them."""
    entries = IndexEntry.objects.filter(
        content_type=OuterRef("content_type"), object_id=Cast(OuterRef("pk"), CharField(max_length=50))
    )
    missing = Page.objects.live().filter(~Exists(entries), depth__gt=1).count()
    if missing:
        text = _("%s published pages are missing in the index of the search.") % missing
        yield Finding("index", State.WARNING, text, _("Make it again: galley update_index."))
    else:
        yield Finding("index", State.WELL, _("The search knows all published pages."))


def _uses_redis() -> bool:
    return bool(getattr(settings, "REDIS_URL", ""))
