"""Health checks for supervisors and load balancers."""

import asyncio
import logging

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

DATABASE_TIMEOUT = 2.0  # seconds


async def live(request: HttpRequest) -> HttpResponse:
    """Return 200 while the event loop runs. If this fails, a supervisor should restart the process."""
    return _plain("alive")


async def ready(request: HttpRequest) -> HttpResponse:
    """Return 200 if the database answers in time, else 503: then a load balancer should choose another process."""
    try:
        async with asyncio.timeout(DATABASE_TIMEOUT):
            # Not in the thread of the request, which a hanging database would block.
            await sync_to_async(_ask_database, thread_sensitive=False)()
    except Exception as error:
        logger.warning("Not ready: the database gives no answer (%s).", type(error).__name__)
        return _plain("no answer from the database", status=503)
    return _plain("ready")


def _ask_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    finally:
        connection.close()


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain", headers={"Cache-Control": "no-store"})
