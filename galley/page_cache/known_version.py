"""What this process knows of the changes in the database, its own and those of all other processes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from django.db import Error
from django.dispatch import receiver

from galley.page_cache.marking import content_changed
from galley.page_cache.threads import in_edge_thread
from galley.page_cache.version import Version, read_version_now

logger = logging.getLogger(__name__)

# A change of another process is noticed so soon.
POLL_SECONDS = 0.3
# Everybody sees a change within a second. Until then, an answer of the version before is shown while it is looked at
# anew: a thousand visitors who read don't have to wait because one page was published.
CATCH_UP_SECONDS = 0.9


class KnownVersion:
    """The newest known version of the content. `read` is how it is read, and blocks.

    `version` is None from a change in this very process until it is read anew, or while nothing has been read. Equal
    versions are one object, so that an identity check tells whether anything has changed.
    """

    def __init__(
        self, read: Callable[[], Version] = read_version_now, catch_up_seconds: float = CATCH_UP_SECONDS
    ) -> None:
        self.read = read
        self.catch_up_seconds = catch_up_seconds
        self.version: Version | None = None
        self._last: Version | None = None
        self._times_forgotten = 0
        self._poll: asyncio.Future[None] | None = None
        self._replaced_at: dict[Version, float] = {}

    def forget(self) -> None:
        """Take the version for unknown. May be called in any thread."""
        self._times_forgotten += 1
        self._note_end_of(self.version, monotonic())
        self.version = None

    def was_current(self, version: Version, now: float) -> bool:
        """Return whether `version` was the newest until a moment ago, so that its answers may be shown once more."""
        return now < self._replaced_at.get(version, 0.0) + self.catch_up_seconds

    def _note_end_of(self, version: Version | None, moment: float) -> None:
        """Note that `version` may have been replaced since `moment`. Called in any thread."""
        if version is None or version in self._replaced_at:
            return
        recent = {old: ended for old, ended in self._replaced_at.copy().items() if self.was_current(old, moment)}
        self._replaced_at = {**recent, version: moment}

    async def current(self) -> Version:
        """Return the version; read it if it is unknown, once for all who ask. Raises `Error`."""
        while (version := self.version) is None:
            if self._poll is None or self._poll.done():
                self._poll = asyncio.ensure_future(self.poll())
            await asyncio.shield(self._poll)
        return version

    async def poll(self) -> None:
        """Read the version from the database. Raises `Error`."""
        times_forgotten = self._times_forgotten
        version = await in_edge_thread(self.read)
        if version != self._last:
            self._note_end_of(self._last, monotonic() - POLL_SECONDS)
            self._last = version
        # A change in this process may have been committed after the version was read.
        if times_forgotten == self._times_forgotten:
            self.version = self._last

    async def follow(self, is_needed: Callable[[], bool], on_change: Callable[[], Awaitable[None]]) -> None:
        """Poll for as long as `is_needed`, and call `on_change` when there is another version.

        A database that is away changes nothing: what is known goes on to hold.
        """
        is_away = False
        before = self._last
        while is_needed():
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.poll()
                is_away = False
                if self._last is not before:
                    before = self._last
                    await on_change()
            except Error as error:
                if not is_away:
                    logger.warning("The database doesn't answer (%s); stored pages are shown on.", type(error).__name__)
                is_away = True
        self.forget()


known_version = KnownVersion()


@receiver(content_changed, dispatch_uid="edge.forget_version")
def forget_version(**kwargs: Any) -> None:
    """Let go of the version: this very process has changed something."""
    known_version.forget()
