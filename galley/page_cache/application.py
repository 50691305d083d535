"""The cache itself: an ASGI application around another.

visitor ──▶ is it anonymous, and asked for with GET or HEAD? ──no──▶ Django
                  │ yes
            is it kept? ──no──▶ Django, once for all who ask meanwhile ──▶ keep it, if it is everybody's
                  │ yes
            has anything changed since? ──no──▶ send it
                  │ yes
            do its queries give the same rows? ──yes──▶ send it     ──no──▶ Django, as above
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from django.db import Error

from galley.page_cache import purging
from galley.page_cache.digests import DigestMemory
from galley.page_cache.entries import CACHE_NAME, EMPTY_BODY, Entry, Message, Start
from galley.page_cache.filling import FAILURE_SECONDS, PASS_SECONDS, ASGIApp, Filling, Outcome, Receive, Send, Visitor
from galley.page_cache.known_version import KnownVersion, known_version
from galley.page_cache.requests import LONGEST_QUERY, READING_METHODS, Headers, Key, RequestRules, Scope, has_body
from galley.page_cache.store import Store
from galley.page_cache.threads import in_edge_thread
from galley.page_cache.version import Version

T = TypeVar("T")

# So many addresses are remembered whose answer couldn't be shared.
MOST_PASSES = 2_000
# A page that changes faster than it can be made is made for each visitor by itself.
ATTEMPTS = 3

BYPASS = CACHE_NAME + b"; fwd=bypass"
OTHER_METHOD = CACHE_NAME + b"; fwd=method"
MISS = CACHE_NAME + b"; fwd=uri-miss"
STORED = MISS + b"; stored"


class PageCache:
    """Answers from memory what it can, and hands everything else to `app`."""

    def __init__(self, app: ASGIApp, max_bytes: int, known: KnownVersion = known_version) -> None:
        self.app = app
        self.known = known
        self.store = Store(max_bytes)
        self.rules = RequestRules()
        self._memory: DigestMemory | None = None
        self._flights: dict[Key, asyncio.Future[None]] = {}
        self._passes: dict[Key, float] = {}
        self._follower: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._purges = purging.is_wanted()
        self._outdated: set[Key] = set()
        self._untouched = tuple(settings.PAGE_CACHE_EXCLUDED_PATHS)
        self._in_hand = 0

    def is_computing(self) -> bool:
        """Return whether Django is at work on any request, or the cache on what has changed."""
        return self._in_hand > 0

    def at_hand(self, scope: Scope) -> tuple[Start, Message] | None:
        """Return the two messages that answer a request, if a look is enough to know them. Never blocks."""
        if scope["method"] not in READING_METHODS:
            return None
        headers: Headers = dict(scope["headers"])
        if (b"cookie" in headers or b"authorization" in headers) and not self.rules.is_anonymous(headers):
            return None
        if not self.rules.has_certain_scheme(headers):
            return None
        entry = self.store.entries.get(key := self.rules.key(scope, headers))
        if entry is None or (now := monotonic()) >= entry.fresh_until:
            return None
        if entry.version is not self.known.version:
            if not self.known.was_current(entry.version, now):
                return None
            self._refresh_behind(key, scope, headers)
        start, body = entry.messages(headers, now)
        return start, body if scope["method"] == "GET" else EMPTY_BODY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif answer := self.at_hand(scope):
            for message in answer:
                await send(message)
        elif scope["method"] not in READING_METHODS:
            await self._hand_on(scope, receive, send, OTHER_METHOD)
        elif not self.rules.is_anonymous(headers := dict(scope["headers"])):
            await self._hand_on(scope, receive, send, BYPASS)
        else:
            await self._answer(self.rules.key(scope, headers), scope, headers, receive, send)

    async def _answer(self, key: Key, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Answer where it takes more than a look: wait for the answer, make it, or let the request pass."""
        if scope["path"].startswith(self._untouched):
            await self._compute(self.app(scope, receive, send))
            return
        if len(scope["query_string"]) > LONGEST_QUERY or has_body(headers):
            await self._hand_on(scope, receive, send, BYPASS)
            return
        for _ in range(ATTEMPTS):
            entry = self.store.entries.get(key)
            if entry and self._is_current(entry):
                if monotonic() >= entry.fresh_until:
                    self._refresh_behind(key, scope, headers)
                await _send(entry.messages(headers, monotonic()), scope, send)
                return
            if self._passes.get(key, 0.0) > monotonic():
                break
            if flight := self._flights.get(key):
                await asyncio.shield(flight)
            elif await self._compute(self._lead(key, self._take_off(key), scope, headers, Visitor(receive, send))):
                return
        await self._hand_on(scope, receive, send, MISS)

    def _is_current(self, entry: Entry) -> bool:
        return entry.version is self.known.version and monotonic() < entry.stale_until

    async def _lead(
        self, key: Key, flight: asyncio.Future[None], scope: Scope, headers: Headers, visitor: Visitor | None
    ) -> bool:
        """Bring the answer up to date, alone for all who ask; return whether `visitor` has theirs."""

        def let_others_go(seconds: float) -> None:
            self._let_pass(key, seconds)
            self._land(key, flight)

        try:
            memory = self._memory_of(await self.known.current())
            entry = self.store.entries.get(key)
            if entry and monotonic() < entry.fresh_until and await self._still_holds(entry, memory):
                return False
            if entry and self._purges:
                self._outdated.add(key)
            return await self._fill(key, memory, scope, headers, visitor, let_others_go)
        except Exception as error:
            let_others_go(FAILURE_SECONDS)
            if isinstance(error, Error):  # the database gives no answer: Django has a page for that
                return False
            raise
        finally:
            self._land(key, flight)

    async def _fill(
        self,
        key: Key,
        memory: DigestMemory,
        scope: Scope,
        headers: Headers,
        visitor: Visitor | None,
        let_others_go: Callable[[float], None],
    ) -> bool:
        # Whoever has sent cookies gets no answer that was made without them, unless it is everybody's.
        alone = Visitor(visitor.receive, _with_status(visitor.send, MISS)) if visitor else None
        filling = Filling(
            self.rules.bare_scope(scope, headers, key),
            None if b"cookie" in headers else alone,
            self.rules.keyed_headers,
            let_others_go,
        )
        outcome = await filling.run(self.app, memory, self.known.read)
        entry = filling.entry
        if outcome is Outcome.OUTDATED:
            self.known.forget()
        is_kept = outcome is Outcome.STORABLE and entry is not None and self.store.put(key, entry)
        if is_kept:
            self._follow_changes()
        else:
            self.store.remove(key)
            if outcome is Outcome.STORABLE:  # too large to be kept
                let_others_go(PASS_SECONDS)
        if entry and visitor:
            messages = entry.first_messages(headers, monotonic(), STORED if is_kept else MISS)
            await _send(messages, scope, visitor.send)
        return entry is not None or outcome is Outcome.SENT

    async def _still_holds(self, entry: Entry, memory: DigestMemory) -> bool:
        """Return whether nothing that the entry was made from has changed; if so, it is current again."""
        version = memory.version
        emptied_since = entry.version[2] != version[2]
        if emptied_since or await in_edge_thread(memory.digest, entry.reads) != entry.digest:
            return False
        entry.version = version
        return True

    def _memory_of(self, version: Version) -> DigestMemory:
        if self._memory is None or self._memory.version is not version:
            self._memory = DigestMemory(version)
            self._passes.clear()
        return self._memory

    def _take_off(self, key: Key) -> asyncio.Future[None]:
        """Let all others wait who ask for `key`."""
        flight: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._flights[key] = flight
        return flight

    def _land(self, key: Key, flight: asyncio.Future[None]) -> None:
        """Let those go on who wait for `key`."""
        if self._flights.get(key) is flight:
            del self._flights[key]
        if not flight.done():
            flight.set_result(None)

    def _let_pass(self, key: Key, seconds: float) -> None:
        """Let no request for `key` wait for another, for so many seconds or until something changes."""
        if len(self._passes) >= MOST_PASSES:
            del self._passes[next(iter(self._passes))]
        self._passes[key] = monotonic() + seconds

    def _refresh_behind(self, key: Key, scope: Scope, headers: Headers) -> None:
        """Make an answer anew that has become old, while the old one is shown."""
        if key not in self._flights:
            self._start_task(self._compute(self._lead(key, self._take_off(key), scope, headers, None)))

    def _follow_changes(self) -> None:
        if self._follower is None or self._follower.done():
            self._follower = self._start_task(self.known.follow(lambda: bool(self.store.entries), self._tell_cdn))

    async def _tell_cdn(self) -> None:
        """Look through all that is kept, since behind a CDN nobody may ask for it; have purged what has changed."""
        if not self._purges:
            return
        memory = self._memory_of(await self.known.current())
        for key, entry in tuple(self.store.entries.items()):
            is_current = entry.version is memory.version or await self._still_holds(entry, memory)
            if not is_current and self.store.entries.get(key) is entry:
                self._outdated.add(key)
                self.store.remove(key)
        outdated, self._outdated = self._outdated, set()
        await purging.purge(outdated, self.rules)

    def _start_task(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send, cache_status: bytes) -> None:
        await self._compute(self.app(scope, receive, _with_status(send, cache_status)))

    async def _compute(self, work: Awaitable[T]) -> T:
        """Return what comes of `work`, which takes more than a moment."""
        self._in_hand += 1
        try:
            return await work
        finally:
            self._in_hand -= 1


async def _send(messages: tuple[Message, Message], scope: Scope, send: Send) -> None:
    start, body = messages
    await send(start)
    await send(body if scope["method"] == "GET" else EMPTY_BODY)


def _with_status(send: Send, cache_status: bytes) -> Send:
    """Return `send`, which says in the answer's headers what the cache did (RFC 9211)."""

    async def send_with_status(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), (b"cache-status", cache_status)]}
        await send(message)

    return send_with_status
