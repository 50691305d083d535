"""What this process knows of the changes in the database, its own and those of all other processes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import Error
from django.dispatch import receiver

from changes.marking import content_changed
from changes.version import Version, read_version_now
from edge.threads import in_edge_thread

logger = logging.getLogger(__name__)

# A change is seen by everybody within a second: that is this, a query, and the making of the new page.
POLL_SECONDS = 0.3


class KnownVersion:
    """The newest known version of the content. `read` is how it is read, and blocks.

    `version` is None from a change in this very process until it is read anew, or while nothing has been read. Equal
    versions are one object, so that an identity check tells whether anything has changed.
    """

    def __init__(self, read: Callable[[], Version] = read_version_now) -> None:
        self.read = read
        self.version: Version | None = None
        self._last: Version | None = None
        self._times_forgotten = 0

    def forget(self) -> None:
        """Take the version for unknown. May be called in any thread."""
        self._times_forgotten += 1
        self.version = None

    async def current(self) -> Version:
        """Return the version; read it if it is unknown. Raises `Error`."""
        while (version := self.version) is None:
            await self.poll()
        return version

    async def poll(self) -> None:
        """Read the version from the database. Raises `Error`."""
        times_forgotten = self._times_forgotten
        version = await in_edge_thread(self.read)
        if version != self._last:
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
