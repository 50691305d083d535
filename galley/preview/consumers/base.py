"""What every socket of the preview has: somebody whom it belongs to, limits, and tasks that end with it.

Who that is, is settled when it joins, and looked up afresh for each message and on a timer: a socket that outlives its
rights is closed within `CHECK_SECONDS`.
"""

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Hashable
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer

from galley.preview import limits
from galley.preview.access import require_user
from galley.preview.consumers.closing import Close, code_for, reason_for
from galley.preview.consumers.quotas import Allowance, open_sockets
from galley.preview.threads import in_preview_thread

logger = logging.getLogger(__name__)

CHECK_SECONDS = 1.5

# What the server raises when there is nobody to send to: `OSError` when the other side has hung up, `RuntimeError` when
# it has itself closed the connection, on a frame that no WebSocket may send or for want of an answer to its ping.
HUNG_UP = (OSError, RuntimeError)

# Word for word as `pulse.js` has them.
PING, PONG = '{"type":"ping"}', '{"type":"pong"}'


class PreviewConsumer(AsyncWebsocketConsumer, ABC):
    """A socket with an owner, and with tasks that end when it ends."""

    user_id: int
    max_sockets = limits.SOCKETS_PER_USER
    # Why the server has closed the socket, once it has.
    closed_with: int | None = None
    _owner: Hashable = None
    _has_begun = False

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Call the handler. Upstream crosses to the one thread of all consumers first; nothing here needs that."""
        await getattr(self, get_handler_name(message))(message)

    async def send(self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False) -> None:
        """Send, unless either side has hung up meanwhile: the `disconnect` is on its way then."""
        if self.closed_with is None:
            with contextlib.suppress(*HUNG_UP):
                await super().send(text_data, bytes_data, close)

    async def connect(self) -> None:
        """Settle who this is, and begin."""
        self._tasks: list[asyncio.Task[None]] = []
        self._allowance = Allowance()
        self.session_key = self.scope["session"].session_key
        await self.accept()
        async with self._closing_on_failure():
            owner = await self.identify()
            open_sockets.add(owner, self.max_sockets)
            self._owner = owner
            await self.begin()
            self._has_begun = True

    async def identify(self) -> Hashable:
        """Settle whose socket this is, and return what they are counted by: one owner has `max_sockets` at most.

        Raises `AccessDenied`.
        """
        self.user_id = (await in_preview_thread(require_user, self.session_key)).pk
        return ("user", self.user_id)

    @abstractmethod
    async def begin(self) -> None:
        """Join what the address names. Raises `AccessDenied` or `SourceGone`."""

    @abstractmethod
    async def check_access(self) -> None:
        """Raise `AccessDenied` if the socket's owner may not be here any more."""

    async def check_access_in_time(self) -> None:
        """Raise `AccessDenied` if `check_access` would, perhaps by an answer of a moment ago."""
        await self.check_access()

    @abstractmethod
    async def take(self, text: str | None) -> None:
        """Do what a message asks for, if its sender may still ask; None stands for one in binary.

        Raises `BadMessage`, `AccessDenied` or `SourceGone`, each of which closes the socket.
        """

    def own(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside the socket; it ends with it, and ends it when it fails."""
        self._tasks.append(asyncio.create_task(self._guard(work)))

    async def keep_checking_access(self) -> None:
        """Look every now and then whether the socket may stay open. Raises `AccessDenied`."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self.check_access_in_time()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take a message, unless the socket is closed: some may have been on their way. A ping is answered at once."""
        if not self._has_begun or self.closed_with is not None:
            return
        async with self._closing_on_failure():
            self._allowance.spend(len(text_data or bytes_data or ""))
            if text_data == PING:
                await self.send(PONG)
            else:
                await self.take(text_data)

    async def close_for_good(self, code: int) -> None:
        """Close with a code that tells the page not to try again, and why. Nothing is sent any more."""
        if self.closed_with is not None:
            return
        self.closed_with = code
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        with contextlib.suppress(*HUNG_UP):
            await self.close(code=code, reason=reason_for(code))

    async def disconnect(self, code: int) -> None:
        """End what belongs to the socket."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._owner is not None:
            open_sockets.remove(self._owner)

    @contextlib.asynccontextmanager
    async def _closing_on_failure(self) -> AsyncIterator[None]:
        try:
            yield
        except Exception as error:
            code = code_for(error)
            if code == Close.FAILED:
                logger.exception("A preview socket failed")
            await self.close_for_good(code)

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._closing_on_failure():
            await work
