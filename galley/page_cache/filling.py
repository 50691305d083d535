"""Has Django make an answer, and keeps it if it is everybody's.

The request that Django sees holds what is in the key and nothing else, so an answer can depend on nothing else. If it
turns out not to be everybody's, it is still the answer to whoever came first, and goes out as it comes; unless they
have sent what was left out: then nothing has gone out, and their own request is to follow.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from galley.page_cache.digests import DigestMemory, has_private
from galley.page_cache.entries import Entry, HeaderList, Message
from galley.page_cache.reads import Reads, recorded
from galley.page_cache.requests import Headers, Scope
from galley.page_cache.storing import is_storable, varies_by_key_only
from galley.page_cache.threads import in_edge_thread
from galley.page_cache.version import Version

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


# For so long nobody waits for an answer that couldn't be shared; after a failure, others soon try again together.
PASS_SECONDS = 60.0
FAILURE_SECONDS = 1.0


class Outcome(Enum):
    """What has become of an answer."""

    STORABLE = "it may be kept"
    OUTDATED = "it is right, but something was changed while it was made"
    SENT = "it was one visitor's own, and has been sent to them"
    DROPPED = "it can't be shared, and nothing was sent"


@dataclass(frozen=True)
class Visitor:
    """Somebody who waits for the answer that is being made, and may have it even if nobody else may."""

    receive: Receive
    send: Send


class Filling:
    """One request to Django, made to fill the cache.

    `visitor` gets an answer that can't be shared, as it comes; None if nobody may have it. `on_refusal` is called as
    soon as it is known that nothing will be kept, with the seconds for which nobody else needs to wait.
    """

    def __init__(
        self,
        scope: Scope,
        visitor: Visitor | None,
        keyed_headers: tuple[bytes, ...],
        on_refusal: Callable[[float], None],
    ) -> None:
        self.entry: Entry | None = None
        self._scope = scope
        self._visitor = visitor
        self._keyed_headers = keyed_headers
        self._on_refusal = on_refusal
        self._start: Message = {}
        self._headers: HeaderList = []
        self._body = bytearray()
        self._is_storable = False
        self._is_asked = False
        self._passing = asyncio.Event()

    async def run(self, app: ASGIApp, memory: DigestMemory, read_version: Callable[[], Version]) -> Outcome:
        """Let `app` answer. After STORABLE and OUTDATED, `entry` holds the answer."""
        with recorded() as reads:
            await app(self._scope, self._receive, self._take)
        if self._is_storable and len(self._body) == int(dict(self._headers)[b"content-length"]):
            if not has_private(reads):
                return await self._finish(reads, memory, read_version)
            self._on_refusal(PASS_SECONDS)
            await self._send_what_was_held_back()
        return Outcome.SENT if self._passing.is_set() else Outcome.DROPPED

    async def _finish(self, reads: Reads, memory: DigestMemory, read_version: Callable[[], Version]) -> Outcome:
        """Ask the queries anew. If the marks are the same as before all this, their rows are the answer's."""

        def prepare() -> tuple[Entry, Version]:
            entry = Entry(self._headers, bytes(self._body), reads, memory.digest(reads), memory.version)
            return entry, read_version()

        self.entry, version = await in_edge_thread(prepare)
        return Outcome.STORABLE if version == memory.version else Outcome.OUTDATED

    async def _take(self, message: Message) -> None:
        """Take a part of the answer: ASGI's `send`, as Django sees it."""
        if message["type"] == "http.response.start":
            self._start = message
            self._headers = [(name.lower(), value) for name, value in message["headers"]]
            headers: Headers = dict(self._headers)
            self._is_storable = is_storable(message["status"], headers, self._keyed_headers)
            if not self._is_storable:
                self._on_refusal(FAILURE_SECONDS if message["status"] >= 500 else PASS_SECONDS)
                if self._visitor and varies_by_key_only(headers, self._keyed_headers):
                    self._passing.set()
        if self._visitor and self._passing.is_set():
            await self._visitor.send(message)
        elif self._is_storable and message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    async def _send_what_was_held_back(self) -> None:
        if self._visitor:
            self._passing.set()
            await self._visitor.send(self._start)
            await self._visitor.send({"type": "http.response.body", "body": bytes(self._body)})

    async def _receive(self) -> Message:
        """Give an empty request, then wait: ASGI's `receive`, as Django sees it.

        That its visitor has gone ends an answer that is meant for them alone, and no other.
        """
        if not self._is_asked:
            self._is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._passing.wait()
        while self._visitor and (message := await self._visitor.receive())["type"] != "http.disconnect":
            pass
        return message
