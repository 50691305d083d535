"""The questions about backups, disks and the bucket of files."""

import datetime
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from galley.backups.conf import find_bucket
from galley.backups.manifest import find_backups
from galley.backups.storing import BackupError
from galley.files.storage import is_bucket
from galley.health.findings import Finding, State

BACKUP_LATE = datetime.timedelta(days=2)
LEAST_FREE_BYTES = 1024**3
# Where uploads are buffered: some of the largest.
LEAST_TEMPORARY_BYTES = 64 * 1024**2


def check_backups() -> Iterator[Finding]:
    """Ask how old the newest complete backup is."""
    yield _judge_backup("backups", _backup_folder(), find_newest_backup())
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
    is_late = is_backup_late(newest)
    return Finding(name, State.FAULT if is_late else State.WELL, text, mend if is_late else "")


def find_newest_backup() -> datetime.datetime | None:
    """Return when the newest complete backup of this host was begun; None if there is none."""
    return next(iter(find_backups(_backup_folder())), None)


def is_backup_late(newest: datetime.datetime) -> bool:
    """Return whether another backup should have been made since this one, twice."""
    return timezone.now() - newest > BACKUP_LATE


def _backup_folder() -> Path:
    return Path(getattr(settings, "BACKUP_DIR", "backups"))


def check_disk() -> Iterator[Finding]:
    """Ask how much room is left where the site writes, and where the backups are if that is another disk."""
    full = _("Make room or a larger disk: uploads fail when it is full, and a database on it stops writing.")
    yield _judge_disk(_folder(), full)
    backups = _backup_folder().absolute()
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


def _folder() -> Any:
    return getattr(settings, "VAR_DIR", None) or settings.MEDIA_ROOT or "."
