"""What this process knows of the version of the content, which it and all other processes change."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from django.db import Error
from django.dispatch import receiver

from galley.async_pages import WorkerThreads
from galley.page_cache.invalidation import Version, content_changed, read_version_now

logger = logging.getLogger(__name__)

# A change by another process is noticed within this time.
POLL_SECONDS = 0.3
# How long a response of the version before is served while it is revalidated. A change shows within a second, and a
# thousand readers don't wait because one page was published.
STALE_WHILE_REVALIDATE_SECONDS = 0.9

# The event loop never waits for a query or for compression: these happen in two threads of the cache.
run_in_thread = WorkerThreads(2, "page-cache").run


class VersionTracker:
    """The newest known version of the content. `read` reads it, and blocks.

    `version` is None until it has been read, and after a change in this process until it is read again. Equal versions
    are one object, so that an identity check tells whether anything has changed.
    """

    def __init__(
        self, read: Callable[[], Version] = read_version_now, stale_seconds: float = STALE_WHILE_REVALIDATE_SECONDS
    ) -> None:
        self.read = read
        self.stale_seconds = stale_seconds
        self.version: Version | None = None
        self._last: Version | None = None
        self._invalidations = 0
        self._poll: asyncio.Future[None] | None = None
        self._replaced_at: dict[Version, float] = {}

    def invalidate(self) -> None:
        """Treat the version as unknown. May be called in any thread."""
        self._invalidations += 1
        self._mark_replaced(self.version, monotonic())
        self.version = None

    def is_stale_servable(self, version: Version, now: float) -> bool:
        """Return whether `version` was replaced so recently that its responses may be served while revalidated."""
        return now < self._replaced_at.get(version, 0.0) + self.stale_seconds

    def _mark_replaced(self, version: Version | None, moment: float) -> None:
        """Mark `version` as replaced since `moment`, if it isn't yet. Called in any thread."""
        if version is None or version in self._replaced_at:
            return
        recent = {old: ended for old, ended in self._replaced_at.copy().items() if self.is_stale_servable(old, moment)}
        self._replaced_at = {**recent, version: moment}

    async def current(self) -> Version:
        """Return the version. If it is unknown, it is read once for all callers. Raises `Error`."""
        while (version := self.version) is None:
            if self._poll is None or self._poll.done():
                self._poll = asyncio.ensure_future(self.poll())
            await asyncio.shield(self._poll)
        return version

    async def poll(self) -> None:
        """Read the version from the database. Raises `Error`."""
        invalidations = self._invalidations
        version = await run_in_thread(self.read)
        if version != self._last:
            self._mark_replaced(self._last, monotonic() - POLL_SECONDS)
            self._last = version
        # A change in this process may have been committed after the version was read.
        if invalidations == self._invalidations:
            self.version = self._last

    async def follow(self, is_needed: Callable[[], bool], on_change: Callable[[], Awaitable[None]]) -> None:
        """Poll while `is_needed()`, and call `on_change` for each new version.

        While the database is unreachable, the last known version stays valid.
        """
        is_unreachable = False
        before = self._last
        while is_needed():
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.poll()
                is_unreachable = False
                if self._last is not before:
                    before = self._last
                    await on_change()
            except Error as error:
                if not is_unreachable:
                    logger.warning(
                        "The database doesn't answer (%s). Stored pages are served as they are.", type(error).__name__
                    )
                is_unreachable = True
        self.invalidate()


version_tracker = VersionTracker()


@receiver(content_changed, dispatch_uid="page_cache.invalidate_version")
def invalidate_version(**kwargs: Any) -> None:
    """Invalidate the version after a change in this process."""
    version_tracker.invalidate()
