"""Fetches a response from Django, the cache's origin, and makes an entry of it if it is public.

Django gets a request that has what is in the cache key and nothing else, so a stored response depends on nothing else.
A response that turns out not to be storable still answers the client that the fetch was made for. But if that client
has sent more than the key holds, nothing is sent, and its own request follows.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from galley.page_cache.cacheability import Headers, Scope, varies_by_key_only, why_not_storable
from galley.page_cache.entries import Entry, HeaderList, Message
from galley.page_cache.invalidation import Version
from galley.page_cache.queries import RecordedQueries, RowDigests, record_queries
from galley.page_cache.version_tracker import run_in_thread

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

# How long requests pass the cache after a response that could not be stored, and after a server error.
HIT_FOR_PASS_SECONDS = 60.0
ERROR_PASS_SECONDS = 1.0
# Of the message that starts a response (ASGI). What an application adds to them is stored with the response.
STANDARD_KEYS = frozenset({"type", "status", "headers", "trailers"})


@dataclass(frozen=True)
class Client:
    """The client that waits for the response."""

    receive: Receive
    send: Send


@dataclass(eq=False)
class OriginFetch:
    """One request to Django.

    After `run`, `entry` is the entry that was made, if any. It may be stored if it `is_current`. Otherwise `refusal` is
    the reason why nothing may be stored.

    `client` receives a response that can't be stored while it is made; None if it must not. `on_refusal` is called as
    soon as it is known that nothing will be stored, with the seconds for which other requests pass the cache.
    """

    scope: Scope
    client: Client | None
    keyed_headers: tuple[bytes, ...]
    on_refusal: Callable[[float], None]
    entry: Entry | None = None
    is_current: bool = False
    refusal: str = "the response is incomplete"
    _start: Message = field(default_factory=dict)
    _headers: HeaderList = field(default_factory=list)
    _body: bytearray = field(default_factory=bytearray)
    _is_storable: bool = False
    _is_requested: bool = False
    _is_passing: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, app: ASGIApp, digests: RowDigests, read_version: Callable[[], Version]) -> bool:
        """Call `app`. Return whether `client` was sent a response that can't be shared."""
        with record_queries() as queries:
            await app(self.scope, self._receive, self._send)
        if self._is_storable and len(self._body) == int(dict(self._headers)[b"content-length"]):
            if private := queries.private_tables:
                self.refusal = f"it was made from the private table {min(private)}"
                self.on_refusal(HIT_FOR_PASS_SECONDS)
                await self._send_buffered()
            else:
                await self._make_entry(queries, digests, read_version)
        return self._is_passing.is_set()

    async def _make_entry(
        self, queries: RecordedQueries, digests: RowDigests, read_version: Callable[[], Version]
    ) -> None:
        """Digest the rows of the queries. If the version is still the same, these are the rows of the response."""

        def make() -> tuple[Entry, Version]:
            extras = {key: value for key, value in self._start.items() if key not in STANDARD_KEYS}
            entry = Entry(self._headers, bytes(self._body), queries, digests.digest(queries), digests.version, extras)
            return entry, read_version()

        self.entry, version = await run_in_thread(make)
        self.is_current = version == digests.version
        if not self.is_current:
            self.refusal = "content has changed while it was made"

    async def _send(self, message: Message) -> None:
        """Take a message of the response: the ASGI `send` that Django gets."""
        if message["type"] == "http.response.start":
            self._start = message
            self._headers = [(name.lower(), value) for name, value in message["headers"]]
            self._decide(message["status"], dict(self._headers))
        if self.client and self._is_passing.is_set():
            await self.client.send(message)
        elif self._is_storable and message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def _decide(self, status: int, headers: Headers) -> None:
        if reason := why_not_storable(status, headers, self.keyed_headers):
            self.refusal = reason
            self.on_refusal(ERROR_PASS_SECONDS if status >= 500 else HIT_FOR_PASS_SECONDS)
            if self.client and varies_by_key_only(headers, self.keyed_headers):
                self._is_passing.set()
        else:
            self._is_storable = True

    async def _send_buffered(self) -> None:
        if self.client:
            self._is_passing.set()
            await self.client.send(self._start)
            await self.client.send({"type": "http.response.body", "body": bytes(self._body)})

    async def _receive(self) -> Message:
        """Return an empty request, then wait: the ASGI `receive` that Django gets.

        The client's disconnect ends a response that is for this client alone, and no other.
        """
        if not self._is_requested:
            self._is_requested = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._is_passing.wait()
        while self.client and (message := await self.client.receive())["type"] != "http.disconnect":
            pass
        return message
