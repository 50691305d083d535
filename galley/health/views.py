"""Health checks for load balancers, the answer while the database is away, and the report in the admin."""

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.defaults import server_error

from galley.files.failures import explain_in_admin, is_storage_failure
from galley.health.findings import (
    LEAST_FREE_BYTES,
    State,
    find_all,
    find_free_bytes,
    is_cache_away,
    is_storage_away,
)
from galley.tasks.queue import WORKER_LATE, read_status

logger = logging.getLogger(__name__)

DATABASE_TIMEOUT = 2.0  # seconds
# After how many seconds a client may ask again.
RETRY_AFTER = "5"


async def live(request: HttpRequest) -> HttpResponse:
    """Return 200 while the event loop runs. If this fails, a supervisor should restart the process."""
    return _plain("alive")


async def ready(request: HttpRequest) -> HttpResponse:
    """Return 200 if the database answers in time, else 503: then a load balancer should choose another process.

    What else is away is named with its effect, one in a line. The site answers all the same, so the status is 200.
    """
    try:
        async with asyncio.timeout(DATABASE_TIMEOUT):
            # Not in the thread of the request, which a hanging database would block.
            lines = await sync_to_async(_look, thread_sensitive=False)()
    except Exception as error:
        logger.warning("Not ready: the database gives no answer (%s).", type(error).__name__)
        return _plain("no answer from the database: only cached pages are shown", status=503)
    return _plain("\n".join(["ready", *lines]))


def _look() -> list[str]:
    """Return what is away, with its effect. Raises DatabaseError if the database is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        return [text for is_bad, text in EFFECTS if is_bad()]
    finally:
        connection.close()


def _is_worker_away() -> bool:
    try:
        return read_status().is_worker_away(WORKER_LATE)
    except DatabaseError:  # before the first migration
        return False


EFFECTS: list[tuple[Callable[[], bool], str]] = [
    (is_cache_away, "no answer from Redis: pages are slower, drafts reach fewer screens"),
    (lambda: find_free_bytes() < LEAST_FREE_BYTES, "the disk is nearly full: uploads will fail"),
    (is_storage_away, "no answer from the bucket: pictures and documents are missing, uploads fail"),
    (_is_worker_away, "no worker: mails and scheduled pages wait"),
]


def _plain(text: str, status: int = 200) -> HttpResponse:
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": RETRY_AFTER} if status == 503 else {})
    return HttpResponse(text, status=status, content_type="text/plain", headers=headers)


def answer_failure(request: HttpRequest) -> HttpResponseBase:
    """Return 503 with `Retry-After` if database or files are away, else Django's page for errors: the `handler500`.

    Django calls it while the exception is handled (`django.core.handlers.exception.response_for_exception`).
    """
    error = sys.exc_info()[1]
    is_about_files = is_storage_failure(error)
    if is_about_files and request.path.startswith(reverse("wagtailadmin_home")):
        return explain_in_admin(request)
    if not (is_about_files or isinstance(error, OperationalError | InterfaceError)):
        return server_error(request)
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


def may_see_health(user: Any) -> bool:
    """Return whether `user` looks after the server, and not only after its content."""
    return bool(user.is_superuser)


def report(request: HttpRequest) -> TemplateResponse:
    """Show the findings in the admin. Raises PermissionDenied for who isn't an administrator. Blocks for seconds."""
    if not may_see_health(request.user):
        raise PermissionDenied
    findings = find_all()
    bad = sum(finding.state is not State.WELL for finding in findings)
    context = {"page_title": _("Health of the site"), "header_icon": "circle-check", "findings": findings, "bad": bad}
    return TemplateResponse(request, "health/report.html", context)


urlpatterns = [path("health/", report, name="health_report")]
