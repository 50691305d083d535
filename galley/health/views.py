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
from galley.health.findings import State
from galley.health.questions import find_all
from galley.health.services import is_cache_away
from galley.health.storage import LEAST_FREE_BYTES, find_free_bytes, is_storage_away
from galley.tasks.queue import WORKER_LATE, read_status

logger = logging.getLogger(__name__)

# How long each question may take, in seconds. All are asked at once.
TIMEOUT = 1.9
# After how many seconds a client may ask again.
RETRY_AFTER = "5"


async def live(request: HttpRequest) -> HttpResponse:
    """Return 200 while the event loop runs. If this fails, a supervisor should restart the process."""
    return _plain("alive")


async def ready(request: HttpRequest) -> HttpResponse:
    """Return 200 if the database answers in time, else 503: then a load balancer should choose another process.

    What else is away is named with its effect, one in a line. The site answers all the same, so the status is 200.
    """
    questions = [ask_database, *(is_bad for _subject, is_bad, _effect in EFFECTS)]
    database, *answers = await asyncio.gather(*map(_answer, questions), return_exceptions=True)
    if isinstance(database, BaseException):
        logger.warning("Not ready: the database gives no answer (%s).", type(database).__name__)
        return _plain("no answer from the database: only cached pages are shown", status=503)
    lines = ["ready"]
    for (subject, _is_bad, effect), answer in zip(EFFECTS, answers, strict=True):
        if answer:
            lines.append(f"no answer in time about this: {subject}" if isinstance(answer, BaseException) else effect)
    return _plain("\n".join(lines))


async def _answer(question: Callable[[], Any]) -> Any:
    """Return the answer. Raises TimeoutError if there is none in time."""

    def ask() -> Any:
        try:
            return question()
        finally:
            connection.close()

    async with asyncio.timeout(TIMEOUT):
        # Not in the thread of the request, which a hanging question would block.
        return await sync_to_async(ask, thread_sensitive=False)()


def ask_database() -> None:
    """Raise DatabaseError if the database gives no answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _is_worker_away() -> bool:
    try:
        return read_status().is_worker_away(WORKER_LATE)
    except DatabaseError:  # before the first migration
        return False


EFFECTS: list[tuple[str, Callable[[], bool], str]] = [
    ("Redis", is_cache_away, "no answer from Redis: pages are slower, drafts reach fewer screens"),
    ("disk", lambda: find_free_bytes() < LEAST_FREE_BYTES, "the disk is nearly full: uploads will fail"),
    ("bucket", is_storage_away, "no answer from the bucket: pictures and documents are missing, uploads fail"),
    ("worker", _is_worker_away, "no worker: mails and scheduled pages wait"),
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
