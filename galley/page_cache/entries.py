"""Stored responses: their headers and compressed bodies, ready to be sent, in a store of bounded size."""

import gzip
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from time import monotonic
from typing import Any

import brotli
from cachetools import FIFOCache

from galley.page_cache.cacheability import STALE_SECONDS, Headers, Key, seconds_fresh
from galley.page_cache.invalidation import Version
from galley.page_cache.queries import RecordedQueries

HeaderList = list[tuple[bytes, bytes]]
Message = dict[str, Any]

# The name of this cache in `Cache-Status` (RFC 9211).
CACHE_NAME = b"galley"
# Best compression first.
ENCODINGS = ("br", "gzip")
IDENTITY = "identity"
COMPRESSIBLE = ("text/", "application/json", "application/xml", "application/feed+json", "application/javascript")
COMPRESSIBLE_SUFFIXES = ("+xml", "+json")
MIN_COMPRESSED_BYTES = 500
# The headers of a 304 (RFC 9110, section 15.4.5).
HEADERS_OF_304 = frozenset({b"cache-control", b"content-location", b"expires", b"etag", b"vary"})
NOT_MODIFIED = "not modified"
# The share of the memory for responses that were not requested again yet.
SHARE_OF_NEW = 0.2
# Keys of evicted entries: about as many as there is memory for pages of 25 kB.
MAX_GHOSTS = 2_000


class Start(dict[str, Any]):
    """An ASGI message `http.response.start`. A server may store it in `head` as the bytes that it sends."""

    head: bytes = b""


class Entry:
    """A stored response, the queries that it was made from, and the version of the content that it is valid for."""

    def __init__(
        self,
        headers: HeaderList,
        body: bytes,
        queries: RecordedQueries,
        digest: bytes,
        version: Version,
        extras: Message | None = None,
    ) -> None:
        """Compress `body` and prepare the headers. Blocks: takes milliseconds.

        `extras` are added to each start message with status 200: keys for applications around the cache, which servers
        ignore.
        """
        named = dict(headers)
        self.queries = queries
        self.digest = digest
        self.version = version
        self.was_used = False
        self.made_at = monotonic()
        self.fresh_until = self.made_at + min(seconds_fresh(named), queries.seconds_left)
        self.stale_until = self.fresh_until + (0 if queries.expires_at else STALE_SECONDS)
        # Sent as a weak ETag: it is the same for every encoding of the body.
        self.etag = b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()
        self._last_modified = named.get(b"last-modified")
        bodies = compress(body, named.get(b"content-type", b"").decode("latin-1"))
        self._bodies = {encoding: _body_message(body) for encoding, body in bodies.items()}
        self._headers = self._prepare_headers(named, headers, bodies)
        self._extras = extras or {}
        self._starts: dict[str, Start] = {}
        self._starts_of = -1
        self.size = sum(map(len, bodies.values())) + 2_000 + queries.size + len(digest)

    def messages(self, headers: Headers, now: float) -> tuple[Start, Message]:
        """Return the two ASGI messages that answer a request with `headers`."""
        self.was_used = True
        kind = choose_encoding(headers.get(b"accept-encoding"))
        body = self._bodies.get(kind)
        if body is None:
            kind, body = IDENTITY, self._bodies[IDENTITY]
        if (b"if-none-match" in headers or b"if-modified-since" in headers) and self._is_known(headers):
            kind, body = NOT_MODIFIED, EMPTY_BODY
        if self._starts_of != (second := int(now)):
            self._starts_of = second
            self._starts.clear()
        return self._starts.get(kind) or self._start(kind, now), body

    def _is_known(self, headers: Headers) -> bool:
        """Return whether the client has this response (RFC 9111, 4.3.2). Some feed readers send the date alone."""
        if etags := headers.get(b"if-none-match"):
            return self.etag in etags or etags.strip() == b"*"  # an ETag contains no quotation marks
        return self._last_modified is not None and headers.get(b"if-modified-since") == self._last_modified

    def first_messages(self, headers: Headers, now: float, cache_status: bytes) -> tuple[Message, Message]:
        """Return the messages for the request that the response was made for, which is no hit."""
        start, body = self.messages(headers, now)
        # Nobody has requested it again.
        self.was_used = False
        return {**start, "headers": [*start["headers"][:-1], (b"cache-status", cache_status)]}, body

    def _start(self, kind: str, now: float) -> Start:
        """Return the start message. It is made once a second, since it tells the response's age."""
        headers = [
            *self._headers[kind],
            (b"age", b"%d" % (now - self.made_at)),
            (b"cache-status", b"%s; hit; ttl=%d" % (CACHE_NAME, self.fresh_until - now)),
        ]
        status, extras = (304, {}) if kind is NOT_MODIFIED else (200, self._extras)
        start = Start(extras, type="http.response.start", status=status, headers=headers)
        self._starts[kind] = start
        return start

    def _prepare_headers(
        self, named: Headers, headers: HeaderList, bodies: Mapping[str, bytes]
    ) -> dict[str, HeaderList]:
        vary = named.get(b"vary", b"")
        common = [pair for pair in headers if pair[0] not in {b"content-length", b"vary", b"etag", b"age"}]
        if len(bodies) > 1 and b"accept-encoding" not in vary.lower():
            vary = b", ".join(filter(None, [vary, b"Accept-Encoding"]))
        if vary:
            common.append((b"vary", vary))
        common.append((b"etag", b"W/" + self.etag))
        prepared = {NOT_MODIFIED: [pair for pair in common if pair[0] in HEADERS_OF_304]}
        for encoding, body in bodies.items():
            prepared[encoding] = [*common, (b"content-length", b"%d" % len(body))]
            if encoding != IDENTITY:
                prepared[encoding].append((b"content-encoding", encoding.encode()))
        return prepared


def _body_message(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body}


EMPTY_BODY = _body_message(b"")


@lru_cache(maxsize=256)
def choose_encoding(accepted: bytes | None) -> str:
    """Return the encoding for a request whose Accept-Encoding is `accepted` (RFC 9110, section 12.5.3)."""
    if accepted is None:
        return IDENTITY
    weights: dict[str, float] = {}
    for part in accepted.decode("latin-1").lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = _weight(parameter)
    anything = weights.get("*", 0.0)
    best = max(ENCODINGS, key=lambda name: weights.get(name, anything))
    weight = weights.get(best, anything)
    return best if weight > 0 and weight >= weights.get(IDENTITY, 0.0) else IDENTITY


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def compress(body: bytes, content_type: str) -> dict[str, bytes]:
    """Return `body` by encoding: unchanged, and compressed where that pays. Blocks: takes milliseconds."""
    bodies = {IDENTITY: body}
    kind = content_type.partition(";")[0].strip().lower()
    if len(body) >= MIN_COMPRESSED_BYTES and (kind.startswith(COMPRESSIBLE) or kind.endswith(COMPRESSIBLE_SUFFIXES)):
        bodies["gzip"] = gzip.compress(body, compresslevel=6, mtime=0)
        bodies["br"] = brotli.compress(body, mode=brotli.MODE_TEXT, quality=5)
    return bodies


class EntryStore:
    """Entries by cache key, up to a number of bytes. Used on the event loop alone.

    S3-FIFO (Yang et al., SOSP 2023). A new entry stands in a small queue. It moves to the main queue if it is requested
    again there, or soon after it was evicted: then its key is still among the ghosts. So requests for a thousand
    different query strings evict one another, and no page that people read. A hit costs a look-up in `entries`, and
    `entry.was_used = True`.
    """

    def __init__(self, max_bytes: int) -> None:
        self.entries: dict[Key, Entry] = {}
        self._new = _Queue(int(max_bytes * SHARE_OF_NEW), self._evict)
        self._main = _Queue(max_bytes - int(self._new.maxsize), self._evict)
        self._ghosts: FIFOCache[Key, None] = FIFOCache(MAX_GHOSTS)

    def put(self, key: Key, entry: Entry) -> bool:
        """Store `entry`, in place of one with the same key; return False if it is too large."""
        queue = self._main if key in self._main or key in self._ghosts else self._new
        self.remove(key)
        if entry.size > self._new.maxsize:
            return False
        self.entries[key] = entry
        queue[key] = entry
        return True

    def remove(self, key: Key) -> None:
        """Remove the entry with this key, if there is one."""
        if self.entries.pop(key, None):
            self._new.pop(key, None)
            self._main.pop(key, None)

    def _evict(self, key: Key, entry: Entry) -> None:
        if entry.was_used:
            entry.was_used = False
            self._main[key] = entry
        else:
            del self.entries[key]
            self._ghosts[key] = None


class _Queue(FIFOCache[Key, Entry]):
    """A FIFO queue of entries that passes the oldest on to `evict` when it is full."""

    def __init__(self, max_bytes: int, evict: Callable[[Key, Entry], None]) -> None:
        super().__init__(max_bytes, getsizeof=lambda entry: entry.size)
        self._evict = evict

    def popitem(self) -> tuple[Key, Entry]:
        """Remove the oldest entry."""
        key, entry = super().popitem()
        self._evict(key, entry)
        return key, entry
