"""Two questions from the outside: is the process alive, and can it answer visitors?"""

import asyncio
import logging

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

DATABASE_PATIENCE = 2.0  # seconds


async def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the event loop turns. A supervisor restarts the process when this fails."""
    return _plain("alive")


async def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 if the database answers in time, else 503. A load balancer sends nobody here when this fails."""
    try:
        async with asyncio.timeout(DATABASE_PATIENCE):
            # A thread of its own: a database that hangs must not hold up the thread of the request.
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
