"""An answer that is kept: its headers and bodies ready to be sent."""

from collections.abc import Mapping
from hashlib import blake2b
from time import monotonic
from typing import Any

from galley.page_cache.encodings import IDENTITY, choose_encoding, compress
from galley.page_cache.reads import Reads
from galley.page_cache.requests import Headers
from galley.page_cache.storing import STALE_SECONDS, seconds_fresh
from galley.page_cache.version import Version

HeaderList = list[tuple[bytes, bytes]]
Message = dict[str, Any]

CACHE_NAME = b"galley"
# What an answer without a body still says (RFC 9110, section 15.4.5).
KEPT_IN_304 = frozenset({b"cache-control", b"content-location", b"expires", b"etag", b"vary"})
NOT_MODIFIED = "not modified"


class Start(dict[str, Any]):
    """ASGI's message with status and headers. Whoever writes it to the wire may keep the bytes in `head`."""

    head: bytes = b""


class Entry:
    """An answer, the queries that it was made from, and the version of the content that it is known to be right for."""

    __slots__ = (
        "_bodies",
        "_headers",
        "_starts",
        "_starts_of",
        "digest",
        "etag",
        "fresh_until",
        "made_at",
        "reads",
        "size",
        "version",
        "was_used",
    )

    def __init__(self, headers: HeaderList, body: bytes, reads: Reads, digest: bytes, version: Version) -> None:
        """Compress `body` and prepare the headers. Blocks: takes milliseconds."""
        named = dict(headers)
        self.reads = reads
        self.digest = digest
        self.version = version
        self.was_used = False
        self.made_at = monotonic()
        self.fresh_until = self.made_at + seconds_fresh(named)
        # Weak: the same for every encoding of the body.
        self.etag = b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()
        bodies = compress(body, named.get(b"content-type", b"").decode("latin-1"))
        self._bodies = {encoding: _body_message(body) for encoding, body in bodies.items()}
        self._headers = self._prepare_headers(named, headers, bodies)
        self._starts: dict[str, Start] = {}
        self._starts_of = -1
        self.size = sum(map(len, bodies.values())) + 2_000 + reads.size

    @property
    def stale_until(self) -> float:
        """Until when it may be shown while a new one is made."""
        return self.fresh_until + STALE_SECONDS

    def messages(self, headers: Headers, now: float) -> tuple[Start, Message]:
        """Return ASGI's two messages for somebody who sent `headers`."""
        self.was_used = True
        kind = choose_encoding(headers.get(b"accept-encoding"))
        body = self._bodies.get(kind)
        if body is None:
            kind, body = IDENTITY, self._bodies[IDENTITY]
        if b"if-none-match" in headers and self._is_seen(headers[b"if-none-match"]):
            kind, body = NOT_MODIFIED, EMPTY_BODY
        if self._starts_of != int(now):
            self._starts_of = int(now)
            self._starts.clear()
        return self._starts.get(kind) or self._start(kind, now), body

    def first_messages(self, headers: Headers, now: float, cache_status: bytes) -> tuple[Message, Message]:
        """Return the messages for the one whose request the answer was made for."""
        start, body = self.messages(headers, now)
        return {**start, "headers": [*start["headers"][:-1], (b"cache-status", cache_status)]}, body

    def _is_seen(self, etags: bytes) -> bool:
        """Return whether `etags` (If-None-Match) name this answer. An ETag holds no quotation marks."""
        return self.etag in etags or etags.strip() == b"*"

    def _start(self, kind: str, now: float) -> Start:
        """Return the message with the headers. It is made once in a second, since it tells the answer's age."""
        headers = [
            *self._headers[kind],
            (b"age", b"%d" % (now - self.made_at)),
            (b"cache-status", b"%s; hit; ttl=%d" % (CACHE_NAME, self.fresh_until - now)),
        ]
        start = Start(type="http.response.start", status=304 if kind is NOT_MODIFIED else 200, headers=headers)
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
        prepared = {NOT_MODIFIED: [pair for pair in common if pair[0] in KEPT_IN_304]}
        for encoding, body in bodies.items():
            prepared[encoding] = [*common, (b"content-length", b"%d" % len(body))]
            if encoding != IDENTITY:
                prepared[encoding].append((b"content-encoding", encoding.encode()))
        return prepared


def _body_message(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body}


EMPTY_BODY = _body_message(b"")
