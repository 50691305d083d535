"""`manage.py send_heartbeat`: a request to a dead man's switch, while all is well."""

import http.client
import logging
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from wagtail.models import Revision

from galley.health.network import NETWORK_TIMEOUT
from galley.health.services import LONGEST_WAIT, OVERDUE
from galley.health.storage import find_newest_backup, is_backup_late
from galley.tasks.queue import read_status

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Requests `HEARTBEAT_URL` if pages, worker, queue and backups are well. Without the setting, it does nothing."""

    help = "Requests HEARTBEAT_URL while the site answers and nothing is overdue. The worker runs it each minute."

    def handle(self, **options: Any) -> None:
        """Say in the log why there is no heartbeat: the service behind the address sends the alarm."""
        if not (url := getattr(settings, "HEARTBEAT_URL", "")):
            return
        reason = find_fault()
        try:
            if not reason:
                request(url)
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = f"HEARTBEAT_URL can't be reached: {error}"
        if reason:
            logger.warning("No heartbeat was sent: %s.", reason)


def find_fault() -> str:
    """Return what keeps the site from being well, in words; empty if it is."""
    if Revision.objects.filter(approved_go_live_at__lt=timezone.now() - OVERDUE).exists():
        return "pages that should be published by now aren't"
    if read_status().oldest_age > LONGEST_WAIT:
        return f"tasks wait for longer than {LONGEST_WAIT}"
    # Where none was ever made, others may make them.
    if (newest := find_newest_backup()) and is_backup_late(newest):
        return f"the newest backup is of {newest:%Y-%m-%d}"
    try:
        request(f"{settings.WAGTAILADMIN_BASE_URL}/health/ready")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"the site doesn't answer at {settings.WAGTAILADMIN_BASE_URL}: {error}"
    return ""


def request(url: str) -> None:
    """Raise OSError, HTTPException or ValueError unless `url` answers with success."""
    with urllib.request.urlopen(url, timeout=NETWORK_TIMEOUT) as response:  # noqa: S310 (set by the operator)
        response.read(1)
