"""What every socket of the preview has: an owner, quotas, tasks that end with it, and a reason for which it is closed.

The owner is identified on joining. Access is checked for each message and on a timer: a socket whose owner has lost
access is closed within `CHECK_SECONDS`.
"""

import asyncio
import contextlib
import logging
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils.translation import gettext as _

from galley.preview import conf
from galley.preview.broadcast.channels import Subscriber
from galley.preview.broadcast.presence import Person
from galley.preview.database import in_preview_thread, shared_check
from galley.preview.drafts.sources import AccessDenied, SourceGone, require_user
from galley.preview.messages import BadMessage, MessageTooLarge, encode_message
from galley.preview.sharing import LinkEnded


class TooFast(Exception):
    """The socket says more than any person's page would."""


class TooManySockets(Exception):
    """The socket's owner has as many open as one may have."""


class TokenBucket:
    """What a socket may say: it fills up steadily, and what is said takes from it."""

    def __init__(self) -> None:
        self._left = float(conf.MESSAGES_AT_ONCE)
        self._counted_at = time.monotonic()

    def spend(self, size: int) -> None:
        """Take a message of `size` characters or bytes from it. Raises `TooFast` if nothing is left."""
        now = time.monotonic()
        refilled = self._left + (now - self._counted_at) * conf.MESSAGES_PER_SECOND
        self._left = min(refilled, conf.MESSAGES_AT_ONCE) - 1 - size / conf.BYTES_AS_ANOTHER_MESSAGE
        self._counted_at = now
        if self._left < 0:
            raise TooFast


# How many sockets each owner has open in this process.
open_sockets: Counter[Hashable] = Counter()

# A closing frame has room for 125 bytes, two of which are the code (RFC 6455, section 5.5).
MAX_REASON_BYTES = 123


class Close:
    """Codes with which a socket is closed. From 4400 on they say that trying again is no use: see `socket.js`."""

    BAD_MESSAGE = 4400
    NO_ACCESS = 4403
    GONE = 4404
    LINK_ENDED = 4410
    TOO_LARGE = 4413
    TOO_FAST = 4429
    TOO_MANY = 4430
    FAILED = 4500


# The first that an error is an instance of is its code.
CODES: dict[type[Exception], int] = {
    LinkEnded: Close.LINK_ENDED,
    AccessDenied: Close.NO_ACCESS,
    SourceGone: Close.GONE,
    MessageTooLarge: Close.TOO_LARGE,
    BadMessage: Close.BAD_MESSAGE,
    TooFast: Close.TOO_FAST,
    TooManySockets: Close.TOO_MANY,
    Exception: Close.FAILED,
}


def reason_for(code: int) -> str:
    """Return what to say when a socket is closed with `code`; a translation that is too long loses its end."""
    reasons = {
        Close.BAD_MESSAGE: _("The preview couldn't read what the editor sent. Reload the page. Saved text is safe."),
        Close.NO_ACCESS: _("You are logged out, may not edit this page, or it is locked. Nothing more is shown here."),
        Close.GONE: _("This page doesn't exist any more."),
        Close.LINK_ENDED: _("This link has stopped working. What you see may be out of date; ask for a new one."),
        Close.TOO_LARGE: _("This draft is too large to show while you type. You can still save it."),
        Close.TOO_FAST: _("This tab sent too many changes at once. Reload it to go on. Saved text is safe."),
        Close.TOO_MANY: _("Too many previews are open at once. Close some of them, then reload this page."),
        Close.FAILED: _("The preview failed. Reload the page. Saved text is safe."),
    }
    return reasons[code].encode()[:MAX_REASON_BYTES].decode(errors="ignore")


logger = logging.getLogger(__name__)

CHECK_SECONDS = 1.5

# What the server raises when there is nobody to send to: `OSError` when the other side has hung up, `RuntimeError` when
# it has itself closed the connection, on a frame that no WebSocket may send or for want of an answer to its ping.
HUNG_UP = (OSError, RuntimeError)

# Word for word as `pulse.js` has them.
PING, PONG = '{"type":"ping"}', '{"type":"pong"}'


# How a check of access is made: `in_preview_thread`, or `shared_check` for what may be a moment old.
Check = Callable[..., Awaitable[Any]]


class PreviewConsumer(AsyncWebsocketConsumer, ABC):
    """A socket with an owner, and with tasks that end when it ends.

    `person` is the user, None for a guest. `closed_with` says why the server has closed the socket, once it has.
    """

    person: Person | None = None
    max_sockets = conf.SOCKETS_PER_USER
    closed_with: int | None = None
    has_begun = False
    _owner: Hashable = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Call the handler. Upstream crosses to the one thread of all consumers first; nothing here needs that."""
        await getattr(self, get_handler_name(message))(message)

    async def send(self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False) -> None:
        """Send, unless either side has hung up meanwhile: the `disconnect` is on its way then."""
        if self.closed_with is None:
            with contextlib.suppress(*HUNG_UP):
                await super().send(text_data, bytes_data, close)

    async def send_message(self, kind: str, **content: Any) -> None:
        """Send the message of type `kind`."""
        await self.send(encode_message(kind, **content))

    async def send_news(self, subscriber: Subscriber) -> None:
        """Send what the hub has for this editor or screen, for ever."""
        async for message in subscriber.messages():
            await self.send(message)

    async def connect(self) -> None:
        """Settle who this is, and begin."""
        self._tasks: list[asyncio.Task[None]] = []
        self._bucket = TokenBucket()
        self.session_key = self.scope["session"].session_key
        await self.accept()
        async with self._closing_on_failure():
            owner = await self.identify()
            if open_sockets[owner] >= self.max_sockets:
                raise TooManySockets
            open_sockets[owner] += 1
            self._owner = owner
            await self.begin()
            self.has_begun = True

    async def identify(self) -> Hashable:
        """Settle whose socket this is, and return what they are counted by: one owner has `max_sockets` at most.

        Raises `AccessDenied`.
        """
        self.person = Person.of(await in_preview_thread(require_user, self.session_key))
        return ("user", self.person.user_id)

    @abstractmethod
    async def begin(self) -> None:
        """Join what the address names. Raises `AccessDenied` or `SourceGone`."""

    @abstractmethod
    async def check_access(self, check: Check = in_preview_thread) -> None:
        """Raise `AccessDenied` if the socket's owner may not be here any more."""

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
            await self.check_access(shared_check)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take a message, unless the socket is closed: some may have been on their way. A ping is answered at once."""
        if not self.has_begun or self.closed_with is not None:
            return
        async with self._closing_on_failure():
            self._bucket.spend(len(text_data or bytes_data or ""))
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
            open_sockets[self._owner] -= 1
            if not open_sockets[self._owner]:
                del open_sockets[self._owner]

    @contextlib.asynccontextmanager
    async def _closing_on_failure(self) -> AsyncIterator[None]:
        try:
            yield
        except Exception as error:
            code = next(code for kind, code in CODES.items() if isinstance(error, kind))
            if code == Close.FAILED:
                logger.exception("A preview socket failed")
            await self.close_for_good(code)

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._closing_on_failure():
            await work
