"""The page cache: an ASGI application in front of Django.

request ──▶ anonymous GET or HEAD? ──no──▶ Django
                  │ yes
            stored? ──no──▶ Django, once for all clients that wait ──▶ store the response, if it is public
                  │ yes
            content unchanged since? ──yes──▶ send it
                  │ no
            do its queries give the same rows? ──yes──▶ send it     ──no──▶ Django, as above

The logger `galley.page_cache` tells every decision and its reason at level DEBUG.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar

from cachetools import TLRUCache
from django.conf import settings
from django.db import Error
from wagtail.contrib.frontend_cache.utils import purge_urls_from_cache

from galley.page_cache.cacheability import (
    FORWARDED_SCHEME,
    SAFE_METHODS,
    CacheRequest,
    Headers,
    Key,
    RequestRules,
    Scope,
    read_headers,
)
from galley.page_cache.entries import CACHE_NAME, EMPTY_BODY, Entry, EntryStore, Message, Start
from galley.page_cache.invalidation import Version
from galley.page_cache.origin import (
    ERROR_PASS_SECONDS,
    HIT_FOR_PASS_SECONDS,
    ASGIApp,
    Client,
    OriginFetch,
    Receive,
    Send,
)
from galley.page_cache.queries import RowDigests, find_changed_tables
from galley.page_cache.version_tracker import VersionTracker, run_in_thread, version_tracker

T = TypeVar("T")
OnHit = Callable[[Headers, Message], None]

logger = logging.getLogger("galley.page_cache")

MAX_HIT_FOR_PASS = 2_000
# A page that changes faster than it can be made is made for each client.
ATTEMPTS = 3

BYPASS = CACHE_NAME + b"; fwd=bypass"
OTHER_METHOD = CACHE_NAME + b"; fwd=method"
MISS = CACHE_NAME + b"; fwd=uri-miss"
STORED = MISS + b"; stored"


class PageCache:
    """Answers requests from memory, and forwards all others to `app`."""

    def __init__(self, app: ASGIApp, max_bytes: int, tracker: VersionTracker = version_tracker) -> None:
        self.app = app
        self.tracker = tracker
        self.store = EntryStore(max_bytes)
        self.rules = RequestRules()
        self._digests: RowDigests | None = None
        self._in_flight: dict[Key, asyncio.Future[None]] = {}
        # The seconds for which each key passes the cache, or until content changes.
        self._hit_for_pass: TLRUCache[Key, float] = TLRUCache(MAX_HIT_FOR_PASS, lambda key, seconds, now: now + seconds)
        self._follower: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._purges_cdn = bool(getattr(settings, "WAGTAILFRONTENDCACHE", None))
        self._outdated: set[Key] = set()
        self._computing = 0

    def is_computing(self) -> bool:
        """Return whether Django works on a request, or the cache on a revalidation."""
        return self._computing > 0

    def lookup(self, scope: Scope, on_hit: OnHit | None = None) -> tuple[Start, Message] | None:
        """Return the two messages that answer a request, if they are in memory. Never blocks.

        `on_hit` is called with the headers of a GET request that is answered, and with the start message.
        """
        if scope["method"] not in SAFE_METHODS:
            return None
        headers = read_headers(scope)
        if (b"cookie" in headers or b"authorization" in headers) and not self.rules.is_anonymous(headers):
            return None
        if FORWARDED_SCHEME in headers and not self.rules.knows_scheme(headers):
            return None
        entry = self.store.entries.get(key := self.rules.key(scope, headers))
        if entry is None or (now := monotonic()) >= entry.fresh_until:
            return None
        if entry.version is not self.tracker.version:
            if not self.tracker.is_stale_servable(entry.version, now):
                return None
            self._revalidate_in_background(CacheRequest(scope, headers, key))
            _log("stale", scope, "content has changed; it is served while it is revalidated")
        elif logger.isEnabledFor(logging.DEBUG):
            _log("hit", scope, "nothing has changed")
        start, body = entry.messages(headers, now)
        if scope["method"] != "GET":
            return start, EMPTY_BODY
        if on_hit is not None:
            on_hit(headers, start)
        return start, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: the ASGI interface."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif messages := self.lookup(scope):
            await _send_messages(messages, scope, send)
        elif scope["method"] not in SAFE_METHODS:
            _log("bypass", scope, "the method isn't GET or HEAD")
            await self._forward(scope, receive, _with_status(send, OTHER_METHOD))
        elif reason := self.rules.why_bypassed(scope, headers := read_headers(scope)):
            _log("bypass", scope, reason)
            is_silent = self.rules.is_excluded(scope) and self.rules.is_anonymous(headers)
            await self._forward(scope, receive, send if is_silent else _with_status(send, BYPASS))
        else:
            await self._answer(CacheRequest(scope, headers, self.rules.key(scope, headers)), Client(receive, send))

    async def _answer(self, request: CacheRequest, client: Client) -> None:
        """Answer where a lookup isn't enough: revalidate, wait for a fetch that is in flight, fetch, or forward."""
        for _ in range(ATTEMPTS):
            entry = self.store.entries.get(request.key)
            now = monotonic()
            if entry and entry.version is self.tracker.version and now < entry.stale_until:
                if now < entry.fresh_until:
                    _log("hit", request.scope, "it is valid")
                else:
                    _log("stale", request.scope, "it has expired; it is served while it is fetched again")
                    self._revalidate_in_background(request)
                await _send_messages(entry.messages(request.headers, now), request.scope, client.send)
                return
            if request.key in self._hit_for_pass:
                _log("pass", request.scope, "the last response to it could not be stored")
                break
            if flight := self._in_flight.get(request.key):
                _log("wait", request.scope, "it is being fetched already")
                await asyncio.shield(flight)
            elif await self._compute(self._revalidate(request, self._begin_flight(request.key), client)):
                return
        await self._forward(request.scope, client.receive, _with_status(client.send, MISS))

    async def _revalidate(self, request: CacheRequest, flight: asyncio.Future[None], client: Client | None) -> bool:
        """Make the entry valid or fetch it, while other requests for it wait. Return whether `client` was answered."""
        key = request.key

        def release(seconds: float) -> None:
            self._hit_for_pass[key] = seconds
            self._end_flight(key, flight)

        try:
            digests = self._digests_of(await self.tracker.current())
            entry = self.store.entries.get(key)
            if entry is None:
                _log("miss", request.scope, "it is not stored")
            elif monotonic() >= entry.fresh_until:
                _log("miss", request.scope, "it has expired")
            elif await self._confirm(entry, digests, request.scope):
                return False
            if entry and self._purges_cdn:
                self._outdated.add(key)
            return await self._fetch(request, digests, client, release)
        except Exception as error:
            release(ERROR_PASS_SECONDS)
            if isinstance(error, Error):  # the database doesn't answer: Django has an error page for that
                _log("pass", request.scope, "the database doesn't answer")
                return False
            raise
        finally:
            self._end_flight(key, flight)

    async def _fetch(
        self, request: CacheRequest, digests: RowDigests, client: Client | None, release: Callable[[float], None]
    ) -> bool:
        # A client that has sent cookies gets no response that was made without them, unless it is public.
        alone = Client(client.receive, _with_status(client.send, MISS)) if client else None
        fetch = OriginFetch(
            self.rules.anonymous_scope(request),
            None if b"cookie" in request.headers else alone,
            self.rules.keyed_headers,
            release,
        )
        was_sent = await fetch.run(self.app, digests, self.tracker.read)
        entry = fetch.entry
        if entry and not fetch.is_current:
            self.tracker.invalidate()
        is_stored = entry is not None and fetch.is_current and self.store.put(request.key, entry)
        if is_stored and entry:
            _log("stored", request.scope, f"it was made from {len(entry.queries)} queries")
            self._follow_changes()
        else:
            self.store.remove(request.key)
            _log("not stored", request.scope, "it is too large for the cache" if fetch.is_current else fetch.refusal)
            if fetch.is_current:
                release(HIT_FOR_PASS_SECONDS)
        if entry and client:
            messages = entry.first_messages(request.headers, monotonic(), STORED if is_stored else MISS)
            await _send_messages(messages, request.scope, client.send)
        return entry is not None or was_sent

    async def _confirm(self, entry: Entry, digests: RowDigests, scope: Scope) -> bool:
        """Return whether nothing that the entry was made from has changed. If so, it is valid again."""
        if entry.version[2] != digests.version[2]:
            _log("stale", scope, "a change has flushed the cache, such as that of a site or a locale")
            return False
        if (digest := await run_in_thread(digests.digest, entry.queries)) != entry.digest:
            if logger.isEnabledFor(logging.DEBUG):
                tables = ", ".join(sorted(find_changed_tables(entry.queries, entry.digest, digest)))
                _log("stale", scope, f"a query gives other rows, on: {tables}")
            return False
        _log("revalidated", scope, "content has changed, but its queries give the same rows")
        entry.version = digests.version
        return True

    def _digests_of(self, version: Version) -> RowDigests:
        if self._digests is None or self._digests.version is not version:
            self._digests = RowDigests(version)
            self._hit_for_pass.clear()
        return self._digests

    def _begin_flight(self, key: Key) -> asyncio.Future[None]:
        """Make all other requests for `key` wait (single-flight)."""
        flight: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._in_flight[key] = flight
        return flight

    def _end_flight(self, key: Key, flight: asyncio.Future[None]) -> None:
        """Let the requests continue that wait for `key`."""
        if self._in_flight.get(key) is flight:
            del self._in_flight[key]
        if not flight.done():
            flight.set_result(None)

    def _revalidate_in_background(self, request: CacheRequest) -> None:
        if request.key not in self._in_flight:
            self._start_task(self._compute(self._revalidate(request, self._begin_flight(request.key), None)))

    def _follow_changes(self) -> None:
        if self._follower is None or self._follower.done():
            self._follower = self._start_task(self.tracker.follow(lambda: bool(self.store.entries), self._purge_cdn))

    async def _purge_cdn(self) -> None:
        """Purge the URLs from the CDN whose content has changed. Behind a CDN, no request may come for them.

        Wagtail purges the page that was published; this cache knows which other pages show it.
        """
        if not self._purges_cdn:
            return
        digests = self._digests_of(await self.tracker.current())
        for key, entry in tuple(self.store.entries.items()):
            scope = {"path": self.rules.url(key), "query_string": b""}
            is_valid = entry.version is digests.version or await self._confirm(entry, digests, scope)
            if not is_valid and self.store.entries.get(key) is entry:
                self._outdated.add(key)
                self.store.remove(key)
        outdated, self._outdated = self._outdated, set()
        if urls := sorted({self.rules.url(key) for key in outdated}):
            await run_in_thread(purge_urls_from_cache, urls)

    def _start_task(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._compute(self.app(scope, receive, send))

    async def _compute(self, work: Awaitable[T]) -> T:
        """Await `work`; `is_computing` tells of it meanwhile."""
        self._computing += 1
        try:
            return await work
        finally:
            self._computing -= 1


def _log(decision: str, scope: Scope, reason: str) -> None:
    if logger.isEnabledFor(logging.DEBUG):
        query = scope["query_string"].decode("latin-1")
        logger.debug("%s %s: %s", decision, f"{scope['path']}?{query}" if query else scope["path"], reason)


async def _send_messages(messages: tuple[Message, Message], scope: Scope, send: Send) -> None:
    start, body = messages
    await send(start)
    await send(body if scope["method"] == "GET" else EMPTY_BODY)


def _with_status(send: Send, cache_status: bytes) -> Send:
    """Return `send` with a `Cache-Status` header in the response (RFC 9211)."""

    async def send_with_status(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), (b"cache-status", cache_status)]}
        await send(message)

    return send_with_status
