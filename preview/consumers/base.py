"""What every socket of the preview has: somebody whom it belongs to, and tasks that end with it.

Who that is, is settled when it joins, and looked up afresh for each message and on a timer: a socket that outlives its
rights is closed within `CHECK_SECONDS`.
"""

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils.translation import gettext as _

from preview.access import AccessDenied, require_user
from preview.sources import SourceGone
from preview.threads import in_preview_thread

logger = logging.getLogger(__name__)

CHECK_SECONDS = 1.5


class Close:
    """Codes with which a socket is closed; the reason is a sentence for the person in front of it."""

    BAD_MESSAGE = 4400
    NO_ACCESS = 4403
    GONE = 4404
    TOO_LARGE = 4413
    FAILED = 4500


class PreviewConsumer(AsyncWebsocketConsumer, ABC):
    """A socket with a user, and with tasks that end when it ends."""

    user_id: int

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Call the handler. Upstream crosses to the one thread of all consumers first; nothing here needs that."""
        await getattr(self, get_handler_name(message))(message)

    async def send(self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False) -> None:
        """Send, unless the other side has hung up meanwhile: its `disconnect` is on its way then."""
        with contextlib.suppress(OSError):
            await super().send(text_data, bytes_data, close)

    async def connect(self) -> None:
        """Settle who this is, and begin."""
        self._tasks: list[asyncio.Task[None]] = []
        self.session_key = self.scope["session"].session_key
        await self.accept()
        try:
            self.user_id = (await in_preview_thread(require_user, self.session_key)).pk
            await self.begin()
        except AccessDenied:
            await self.close_for_good(Close.NO_ACCESS)

    @abstractmethod
    async def begin(self) -> None:
        """Join what the address names. Raises `AccessDenied`."""

    @abstractmethod
    async def check_access(self) -> None:
        """Raise `AccessDenied` if the socket's user may not be here any more."""

    def own(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside the socket; it ends with it, and ends it when it fails."""
        self._tasks.append(asyncio.create_task(self._guard(work)))

    async def keep_checking_access(self) -> None:
        """Look every now and then whether the socket may stay open. Raises `AccessDenied`."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self.check_access()

    async def close_for_good(self, code: int) -> None:
        """Close with a code that tells the page not to try again, and why."""
        reasons = {
            Close.BAD_MESSAGE: _("The preview didn't understand the editor. Reload the page; saved text is safe."),
            Close.NO_ACCESS: _("You are logged out, or may not edit this page. Nothing more is shown here."),
            Close.GONE: _("This page doesn't exist any more."),
            Close.TOO_LARGE: _("This draft is too large to be shown while you type. Saving works as ever."),
            Close.FAILED: _("The preview failed. Reload the page; saved text is safe."),
        }
        await self.close(code=code, reason=reasons[code])

    async def disconnect(self, code: int) -> None:
        """End what belongs to the socket."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except AccessDenied:
            await self.close_for_good(Close.NO_ACCESS)
        except SourceGone:
            await self.close_for_good(Close.GONE)
        except Exception:
            logger.exception("A preview socket failed")
            await self.close_for_good(Close.FAILED)
