"""Counts what a site answers: in memory, written from time to time in a thread, so that a flood costs few writes."""

import asyncio
import logging
import math
import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from django.db import Error, connections

logger = logging.getLogger(__name__)

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

SOON_SECONDS = 1.0

# All browsers call themselves Mozilla. Most programs don't, or they add their name or a web address. A list of a
# thousand names would have to be updated, and a search in it would hold up the event loop for each new name.
ROBOT = re.compile(
    rb"(?<!cu)bot\b|bot[/_-]|crawl|spider|slurp|scan|monitor|preview|fetch|archiv|headless|lighthouse|externalhit"
    rb"|externalagent|validator|python|curl|wget|https?:|compatible;|@",
    re.IGNORECASE,
)


@lru_cache(maxsize=1_024)
def is_browser(user_agent: bytes) -> bool:
    """Return whether the header `User-Agent` is that of a browser, and of no robot."""
    return user_agent.startswith((b"Mozilla/5.0 ", b"Opera/")) and not ROBOT.search(user_agent)


class AnswerCounter:
    """ASGI application around a site's own: looks at the start of each response to a GET. Used on the event loop alone.

    A subclass adds to `noted` in `note`, calls `flush_later`, and writes in `store`, in a thread. What has the same key
    is added up.
    """

    def __init__(self, app: ASGIApp, flush_seconds: float) -> None:
        self.app = app
        self.noted: dict[Any, Any] = {}
        self._flush_seconds = flush_seconds
        self._is_due = False
        self._last_due = -math.inf
        self._flushing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the site does."""
        if scope["type"] == "lifespan":
            await self.app(scope, self._flushing_before_the_end(receive), send)
        elif scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
        else:

            async def send_and_note(message: Any) -> None:
                if message["type"] == "http.response.start":
                    self.note(scope, message)
                await send(message)

            await self.app(scope, receive, send_and_note)

    def note(self, scope: Any, start: Any) -> None:
        """Note the response to the request `scope` that begins with the message `start`."""
        raise NotImplementedError

    def store(self, noted: dict[Any, Any]) -> None:
        """Write what was noted. Blocks."""
        raise NotImplementedError

    def flush_later(self) -> None:
        """Write in a while what is noted until then."""
        if not self._is_due:
            self._is_due = True
            loop = asyncio.get_running_loop()
            loop.call_later(self._seconds_until_due(loop.time()), self._begin_flush)

    def _seconds_until_due(self, now: float) -> float:
        """Return when to write: soon after a quiet time, so that editors see what they try, and seldom in a flood."""
        self._last_due = max(now + min(SOON_SECONDS, self._flush_seconds), self._last_due + self._flush_seconds)
        return self._last_due - now

    def _begin_flush(self) -> None:
        self._flushing = asyncio.get_running_loop().create_task(self.flush())

    async def flush(self) -> None:
        """Write, in a thread. If the database fails, what was noted waits for the next time."""
        noted, self.noted, self._is_due = self.noted, {}, False
        if noted and not await asyncio.to_thread(self._store_in_thread, noted):
            for key, count in noted.items():
                self.noted[key] = count + self.noted[key] if key in self.noted else count

    def _store_in_thread(self, noted: dict[Any, Any]) -> bool:
        """Return whether it was stored."""
        try:
            self.store(noted)
        except Error:
            logger.exception("%s could not store its counts. It tries again the next time.", type(self).__name__)
            return False
        finally:
            connections.close_all()
        return True

    def _flushing_before_the_end(self, receive: Any) -> Any:
        async def receive_and_flush() -> Any:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                if self._flushing:
                    await self._flushing
                await self.flush()
            return message

        return receive_and_flush
