"""Deletes what uploads have left behind: run once a day by `manage.py delete_unfinished_uploads`."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.core.files.storage import Storage, default_storage
from django.utils import timezone
from wagtail.models import UploadedFile

from galley.files.storage import UNFINISHED_FOLDER

# How long somebody may take to fill in the form of an upload.
ABANDONED_AFTER = timedelta(days=1)


def delete_unfinished_uploads() -> int:
    """Delete what a killed process was writing, and uploads whose form nobody has filled in. Return their number."""
    limit = timezone.now() - ABANDONED_AFTER
    deleted = 0
    with suppress(FileNotFoundError, NotImplementedError):
        for name in default_storage.listdir(UNFINISHED_FOLDER)[1]:
            deleted += _delete_if_older(default_storage, f"{UNFINISHED_FOLDER}/{name}", limit)
    for upload in UploadedFile.objects.all():
        if _delete_if_older(upload.file.storage, upload.file.name, limit):
            upload.delete()
            deleted += 1
    return deleted


def _delete_if_older(storage: Storage, name: str, limit: datetime) -> bool:
    """Return whether the file is older than `limit`, or gone. Then it is deleted."""
    with suppress(FileNotFoundError):
        if storage.get_modified_time(name) >= limit:
            return False
        storage.delete(name)
    return True
