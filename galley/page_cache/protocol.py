"""Answers from memory as soon as a request is parsed: `uvicorn … --http galley.page_cache.protocol:EdgeProtocol`.

An answer that is at hand needs none of what uvicorn does for an application: no task, no turn of the event loop between
the request and its answer, no look at each header. So a thousand visitors who ask at once leave the loop free for
whoever waits for more than that. Everything else goes the ordinary way; so does everything if uvicorn should change
the method that is overridden here.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

# uvicorn imports this before there are any settings.
if TYPE_CHECKING:
    from galley.page_cache.entries import Message, Start

AtHand = Callable[[Any], "tuple[Start, Message] | None"]

_at_hand: AtHand | None = None


class Turnstile:
    """Lets so many answers out in each turn of the event loop, and the others in the turns after it.

    An answer takes some 30 microseconds. Without this, a thousand visitors would take all of a turn, and whoever waits
    for something else, such as a draft that passes from task to thread and back, would wait for all of them each time.

    While `is_computing` says that a page is being made in a thread, fewer go out, and the loop rests between two turns.
    Both need the interpreter, and a loop that always has something to do leaves a thread half of it at best, in bits
    that cost each of them more than they get.
    """

    MOST_IN_A_TURN = 32
    FEW_IN_A_TURN = 8
    REST = 0.003  # seconds

    def __init__(self) -> None:
        self.is_computing: Callable[[], bool] = lambda: False
        self._places = self.MOST_IN_A_TURN
        self._is_turn_ending = False
        self._waiting: deque[Callable[[], None]] = deque()

    def pass_through(self, answer: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        """Call `answer` now, or in its turn."""
        if not self._is_turn_ending:
            self._is_turn_ending = True
            if self.is_computing():
                loop.call_later(self.REST, self._begin_turn, loop)
            else:
                loop.call_soon(self._begin_turn, loop)
        if self._places > 0:
            self._places -= 1
            answer()
        else:
            self._waiting.append(answer)

    def _begin_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_turn_ending = False
        self._places = self.FEW_IN_A_TURN if self.is_computing() else self.MOST_IN_A_TURN
        for _ in range(min(len(self._waiting), self._places)):
            self.pass_through(self._waiting.popleft(), loop)


_turnstile = Turnstile()


def answer_from(at_hand: AtHand, is_computing: Callable[[], bool]) -> None:
    """Let `at_hand` be asked first, for each request of this process, and give way while `is_computing()`."""
    global _at_hand
    _at_hand = at_hand
    _turnstile.is_computing = is_computing


class EdgeProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, which asks the cache before it asks the application."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        _turnstile.pass_through(partial(self._answer, cycle, app), self.loop)

    def _answer(self, cycle: RequestResponseCycle, app: Any) -> None:
        if cycle.disconnected:
            return
        if answer := self._find_answer(cycle, app):
            self._write(cycle, *answer)
        else:
            super()._start_asgi_task(cycle, app)

    def _find_answer(self, cycle: RequestResponseCycle, app: Any) -> "tuple[Start, Message] | None":
        is_plain = app is self.app and cycle.keep_alive and not (cycle.access_log or self.flow.write_paused)
        return _at_hand(cycle.scope) if _at_hand and is_plain else None

    def _write(self, cycle: RequestResponseCycle, start: "Start", body: "Message") -> None:
        start.head = start.head or _print_head(start, cycle.default_headers)
        self.transport.writelines((start.head, body["body"]))
        cycle.response_started = cycle.response_complete = True
        self.on_response_complete()


def _print_head(start: "Start", default_headers: list[tuple[bytes, bytes]]) -> bytes:
    headers = b"".join(b"%s: %s\r\n" % pair for pair in (*default_headers, *start["headers"]))
    return b"%s%s\r\n" % (STATUS_LINE[start["status"]], headers)
