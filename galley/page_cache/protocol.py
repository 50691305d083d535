"""uvicorn's HTTP protocol, which sends cached responses as soon as a request is parsed.

A cached response needs no task, no turn of the event loop and no check of each header. All other requests go uvicorn's
ordinary way. So do all requests if the installed uvicorn isn't a tested version, as its internals are used.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.utils import get_client_addr, get_path_with_query_string

logger = logging.getLogger("galley.page_cache")

TESTED_VERSIONS = ("0.54.",)

Lookup = Callable[[Any, Any], Any]
OnHit = Callable[[Any, Any], None]


class ResponsePacer:
    """Limits the responses in one turn of the event loop, so that other tasks get their turn beside a thousand clients.

    While `is_computing()`, a thread needs the interpreter: then fewer responses are sent, and the loop rests between.
    """

    MAX_PER_TURN = 32
    MAX_PER_TURN_COMPUTING = 8
    REST_SECONDS = 0.003

    def __init__(self, is_computing: Callable[[], bool] = lambda: False) -> None:
        self.is_computing = is_computing
        self._left = self.MAX_PER_TURN
        self._is_turn_scheduled = False
        self._waiting: deque[Callable[[], None]] = deque()

    def submit(self, respond: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        """Call `respond` now, or in a later turn, in the order of submission."""
        if not self._is_turn_scheduled:
            self._is_turn_scheduled = True
            if self.is_computing():
                loop.call_later(self.REST_SECONDS, self._begin_turn, loop)
            else:
                loop.call_soon(self._begin_turn, loop)
        if self._left > 0:
            self._left -= 1
            respond()
        else:
            self._waiting.append(respond)

    def _begin_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_turn_scheduled = False
        self._left = self.MAX_PER_TURN_COMPUTING if self.is_computing() else self.MAX_PER_TURN
        for _ in range(min(len(self._waiting), self._left)):
            self.submit(self._waiting.popleft(), loop)


_pacer = ResponsePacer()
_lookup: Lookup | None = None
_on_hit: OnHit | None = None


def answer_from(lookup: Lookup, is_computing: Callable[[], bool], on_hit: OnHit | None = None) -> None:
    """Ask `lookup` first for each request of this process, and slow down while `is_computing()`.

    `lookup` is `PageCache.lookup`, and is given `on_hit`.
    """
    global _lookup, _on_hit
    _on_hit = on_hit
    _pacer.is_computing = is_computing
    if uvicorn.__version__.startswith(TESTED_VERSIONS):
        _lookup = lookup
    else:
        logger.warning("Cached pages are served more slowly: uvicorn %s is not a tested version.", uvicorn.__version__)


class PageCacheProtocol(httptools_impl.HttpToolsProtocol):
    """uvicorn's own protocol, which asks the cache before it calls the application."""

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        if _lookup is None:
            super()._start_asgi_task(cycle, app)
        else:
            _pacer.submit(partial(self._respond, cycle, app, _lookup), self.loop)

    def _respond(self, cycle: Any, app: Any, lookup: Lookup) -> None:
        if cycle.disconnected:
            return
        is_simple = app is self.app and cycle.keep_alive and not self.flow.write_paused
        if not is_simple or not (messages := lookup(cycle.scope, _on_hit)):
            super()._start_asgi_task(cycle, app)
            return
        start, body = messages
        if cycle.access_log:
            address, path = get_client_addr(cycle.scope), get_path_with_query_string(cycle.scope)
            line = address, cycle.scope["method"], path, cycle.scope["http_version"], start["status"]
            cycle.access_logger.info('%s - "%s %s HTTP/%s" %d', *line)
        start.head = start.head or _encode_head(start, cycle.default_headers)
        self.transport.writelines((start.head, body["body"]))
        cycle.response_started = cycle.response_complete = True
        self.on_response_complete()


def _encode_head(start: Any, default_headers: list[tuple[bytes, bytes]]) -> bytes:
    headers = b"".join(b"%s: %s\r\n" % pair for pair in (*default_headers, *start["headers"]))
    return b"%s%s\r\n" % (httptools_impl.STATUS_LINE[start["status"]], headers)
