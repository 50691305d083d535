"""What is asked about the health of the site. Each finding says what is wrong, what it does, and how to mend it."""

import datetime
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from http.client import HTTPException
from pathlib import Path
from tempfile import gettempdir
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.core.cache import cache
from django.core.checks import CheckMessage, Tags, run_checks
from django.core.checks import messages as check_messages
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision
from wagtail.search.models import IndexEntry

from galley.backups.conf import find_bucket
from galley.backups.manifest import find_backups
from galley.backups.storing import BackupError
from galley.files.storage import is_bucket
from galley.health.checks import find_budget
from galley.tasks.mail import describe_mail, explain_failure, is_mail_sent, name_server
from galley.tasks.queue import WORKER_LATE, read_status

# A worker publishes pages each minute.
OVERDUE = datetime.timedelta(minutes=5)
LONGEST_WAIT = datetime.timedelta(minutes=15)
CERTIFICATE_DAYS = 14
BACKUP_LATE = datetime.timedelta(days=2)
LEAST_FREE_BYTES = 1024**3
# Where uploads are buffered: some of the largest.
LEAST_TEMPORARY_BYTES = 64 * 1024**2
NETWORK_TIMEOUT = 3.0  # seconds
CLOCK_SECONDS = 5.0


class State(Enum):
    """How a finding is meant."""

    WELL = "well"
    WARNING = "warning"
    FAULT = "fault"


class Finding(NamedTuple):
    """One answer: what was asked about, how it is in words, and how to mend it if it isn't well."""

    name: str
    state: State
    text: str
    mend: str = ""


def find_all() -> list[Finding]:
    """Ask all questions, and return the answers. Blocks for some seconds if something is away.

    A database that is away is asked once: each of the others about it would wait as long.
    """
    database = _ask(check_database)
    is_away = any(finding.state is State.FAULT for finding in database)
    questions = [question for question in QUESTIONS if not (is_away and question in ABOUT_ROWS)]
    return database + [finding for question in questions for finding in _ask(question)]


def _ask(question: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Return the findings of one question. One that fails leaves the others to be asked."""
    name = question.__name__.removeprefix("check_").replace("_", " ")
    try:
        return list(question())
    except DatabaseError as error:  # it answers, as `check_database` has found
        mend = _("Bring its tables up to date: galley migrate, then galley restart.")
        return [Finding(name, State.FAULT, _("This couldn't be asked: %s") % error, mend)]
    except Exception as error:  # whatever is away raises its own errors
        mend = _("The log may say more: journalctl -u 'galley-*' --since today.")
        return [Finding(name, State.FAULT, _("This couldn't be asked: %s") % error, mend)]


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
            yield Finding("clock", State.WELL, _("The database has the clock of this machine."))
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
    """Return the finding about clocks that differ by that many seconds."""
    text = _("The clocks of this machine and of the database differ by %.0f seconds.") % difference
    if difference <= CLOCK_SECONDS:
        return Finding("clock", State.WELL, text)
    return Finding("clock", State.WARNING, text, _("Let both follow a time server: timedatectl set-ntp true."))


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


def check_mail() -> Iterator[Finding]:
    """Ask where the mail goes, and whether its server takes the connection, with TLS and password. Sends nothing."""
    restart = _("Set EMAIL_URL in /etc/galley.env, then galley restart.")
    if not is_mail_sent():
        yield Finding("mail", State.WARNING, describe_mail(), restart)
        return
    is_smtp = settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
    options: dict[str, Any] = {"timeout": NETWORK_TIMEOUT} if is_smtp else {}
    backend = get_connection(**options)
    try:
        backend.open()
    except OSError as error:  # smtplib's are of this kind
        mend = _("Mails wait and are tried again.")
        yield Finding("mail", State.FAULT, f"{name_server()}: {explain_failure(error)}", f"{mend} {restart}")
        return
    finally:
        backend.close()
    tried = _("The server takes the connection, with the password if there is one. Nothing was sent.")
    yield Finding("mail", State.WELL, f"{describe_mail()} {tried}")


def check_address() -> Iterator[Finding]:
    """Ask the site at its public address for an answer, and for the policy that has to come with it."""
    address = settings.WAGTAILADMIN_BASE_URL
    try:
        with urlopen(f"{address}/health/live", timeout=NETWORK_TIMEOUT) as response:  # noqa: S310 (set by the operator)
            is_own, policy = response.read(100) == b"alive", response.headers["Content-Security-Policy"]
    except (OSError, HTTPException, ValueError) as error:
        text = _("%(address)s can't be reached from here: %(error)s.") % {"address": address, "error": error}
        mend = _(
            "Look whether nginx and the site run: systemctl status nginx 'galley*'. WAGTAILADMIN_BASE_URL in "
            "/etc/galley.env has to be the public address, and ALLOWED_HOSTS to have its name."
        )
        yield Finding("address", State.WARNING, text, mend)
        return
    if not is_own:
        text = _("Something else than this site answers at %s.") % address
        mend = _("Correct WAGTAILADMIN_BASE_URL in /etc/galley.env, or the server_name in nginx's settings.")
        yield Finding("address", State.FAULT, text, mend)
        return
    yield Finding("address", State.WELL, _("The site answers at %s.") % address)
    if policy:
        yield Finding("policy", State.WELL, _("Answers come with a content security policy."))
    else:
        text = _("Answers come without a content security policy: a script that gets into a page would run.")
        mend = _("Let nginx pass on the header Content-Security-Policy: compare them with deploy/nginx.conf.")
        yield Finding("policy", State.FAULT, text, mend)


def check_certificate() -> Iterator[Finding]:
    """Ask for the certificate that visitors get at the site's address."""
    url = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    if url.scheme != "https" or not url.hostname:
        yield Finding("certificate", State.WELL, _("None is needed at %s.") % settings.WAGTAILADMIN_BASE_URL)
        return
    renew = _("Renew it: certbot renew. Where it came from somewhere else, renew it there.")
    try:
        with (
            socket.create_connection((url.hostname, url.port or 443), NETWORK_TIMEOUT) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=url.hostname) as secure,
        ):
            certificate = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        yield Finding("certificate", State.FAULT, _("Browsers warn of it: %s.") % error.verify_message, renew)
        return
    except OSError as error:
        text = _("%(address)s can't be reached from here: %(error)s.")
        values = {"address": settings.WAGTAILADMIN_BASE_URL, "error": error}
        yield Finding(
            "certificate", State.WARNING, text % values, _("Look whether nginx runs: systemctl status nginx.")
        )
        return
    ends = datetime.datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), datetime.UTC)
    days = (ends - timezone.now()).days
    is_late = days < CERTIFICATE_DAYS
    text = _("The certificate is valid for %s more days.") % days
    yield Finding("certificate", State.WARNING if is_late else State.WELL, text, renew if is_late else "")


def check_backups() -> Iterator[Finding]:
    """Ask how old the newest complete backup is."""
    folder = Path(getattr(settings, "BACKUP_DIR", "backups"))
    yield _judge_backup("backups", folder, next(iter(find_backups(folder)), None))
    if not (bucket := find_bucket()):
        return
    name = "backups in the bucket"
    try:
        newest = next(bucket.each_backup(), None)
        is_public = newest and bucket.is_public(newest[1])
    except BackupError as error:
        mend = _("None is copied there until it answers. BACKUP_S3_BUCKET and its other variables say where it is.")
        yield Finding(name, State.FAULT, str(error), mend)
        return
    yield _judge_backup(name, bucket, newest[0] if newest else None)
    if is_public:
        text = _("Everybody can read the backups in %s.") % bucket
        yield Finding(name, State.FAULT, text, _("Let nobody read that bucket without a key."))


def _judge_backup(name: str, place: Any, newest: datetime.datetime | None) -> Finding:
    mend = _("Make one: galley backup. Then look why none was made: journalctl -u galley-backup.")
    if newest is None:
        return Finding(name, State.WARNING, _("There is no backup in %s.") % place, mend)
    text = _("The newest backup is %s old.") % timesince(newest)
    is_late = timezone.now() - newest > BACKUP_LATE
    return Finding(name, State.FAULT if is_late else State.WELL, text, mend if is_late else "")


def check_disk() -> Iterator[Finding]:
    """Ask how much room is left where the site writes, and where the backups are if that is another disk."""
    full = _("Make room or a larger disk: uploads fail when it is full, and a database on it stops writing.")
    yield _judge_disk(_folder(), full)
    backups = Path(getattr(settings, "BACKUP_DIR", "backups")).absolute()
    backups = next(folder for folder in (backups, *backups.parents) if folder.exists())
    if _find_disk(backups) != _find_disk(_folder()):
        yield _judge_disk(backups, _("Make room there, or set BACKUP_DIR to a larger disk: backups fail."))
    temporary = gettempdir()
    free = shutil.disk_usage(temporary).free
    if free < LEAST_TEMPORARY_BYTES:
        text = _("%(free).0f MB are free for temporary files in %(folder)s.")
        values = {"free": free / 1024**2, "folder": temporary}
        yield Finding("disk", State.FAULT, text % values, _("Make room there: large uploads are refused."))


def _judge_disk(folder: Any, mend: str) -> Finding:
    free = find_free_bytes(folder)
    text = _("%(free).1f GB are free in %(folder)s.") % {"free": free / 1024**3, "folder": folder}
    is_well = free >= LEAST_FREE_BYTES
    return Finding("disk", State.WELL if is_well else State.FAULT, text, "" if is_well else mend)


def _find_disk(folder: Any) -> int:
    return Path(folder).stat().st_dev


def check_files() -> Iterator[Finding]:
    """Ask the bucket, if there is one, whether it stores a file, sends it again, and sends it to nobody else."""
    storage: Any = default_storage
    if not is_bucket(storage):
        yield Finding("files", State.WELL, _("They are in the folder %s.") % settings.MEDIA_ROOT)
        return
    name = ""
    try:
        # In a folder that has to be private.
        name = storage.save(f"documents/health-{get_random_string(12)}.txt", ContentFile(b"galley doctor"))
        with storage.open(name) as file:
            file.read()
        is_public = storage.is_public(name)
    except OSError as error:
        mend = _("Uploads fail until it answers. S3_ENDPOINT_URL, S3_BUCKET and the keys say where it is.")
        yield Finding("files", State.FAULT, str(error), mend)
        return
    finally:
        with suppress(OSError):
            storage.delete(name)
    if is_public:
        text = _("Everybody can read originals and private documents in the bucket %s.") % storage.bucket_name
        mend = _("Let its policy allow only the folder pictures to be read without a signature, or nothing.")
        yield Finding("files", State.FAULT, text, mend)
    else:
        text = _("The bucket %s stores files, and sends them to the site only.") % storage.bucket_name
        yield Finding("files", State.WELL, text)


def is_storage_away() -> bool:
    """Return whether the bucket didn't answer a moment ago. Asks nothing."""
    return is_bucket(default_storage) and default_storage.is_away()  # type: ignore[attr-defined]


def find_free_bytes(folder: Any = None) -> int:
    """Return how many bytes may still be written to `folder`: by default, where the site writes."""
    return shutil.disk_usage(folder or _folder()).free


def _uses_redis() -> bool:
    return bool(getattr(settings, "REDIS_URL", ""))


def _folder() -> Any:
    return getattr(settings, "VAR_DIR", None) or settings.MEDIA_ROOT or "."


# The database is asked before them.
QUESTIONS: list[Callable[[], Iterator[Finding]]] = [
    check_settings,
    check_cache,
    check_worker,
    check_scheduled_pages,
    check_index,
    check_mail,
    check_address,
    check_certificate,
    check_backups,
    check_files,
    check_disk,
]
ABOUT_ROWS = {check_worker, check_scheduled_pages, check_index}
