"""An event loop that lets in all who knock: `uvicorn … --loop galley.page_cache.accepting:AcceptingLoop`.

uvloop accepts one connection in each of its turns, and a turn serves everybody who is in. So with a thousand visitors
in, one more waits behind all who came before them, some seconds. Here they are let in together, as asyncio's own loop
does it; all else is uvloop's.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from typing import Any

import uvloop

logger = logging.getLogger(__name__)

# In one turn, so that those who are in don't wait for the door.
MOST_AT_ONCE = 128

ProtocolFactory = Callable[[], asyncio.BaseProtocol]


class AcceptingLoop(uvloop.Loop):
    """uvloop, with a door of its own."""

    async def create_server(self, protocol_factory: ProtocolFactory, *args: Any, **options: Any) -> Any:
        """Return a server that listens, as `loop.create_server` does. With TLS, it is uvloop's own."""
        if options.get("ssl") or not options.get("start_serving", True):
            return await super().create_server(protocol_factory, *args, **options)
        server = await super().create_server(protocol_factory, *args, **options, start_serving=False)
        return Doors(self, server, protocol_factory, options.get("backlog", 100))


class Doors:
    """As much of an `asyncio.Server` as uvicorn uses: the sockets of `server`, which itself never begins to accept."""

    def __init__(self, loop: AcceptingLoop, server: Any, protocol_factory: ProtocolFactory, backlog: int) -> None:
        self.sockets = server.sockets
        self._loop = loop
        self._server = server
        self._protocol_factory = protocol_factory
        self._arrivals: set[asyncio.Task[Any]] = set()
        self._doors = [socket.socket(fileno=os.dup(one.fileno())) for one in server.sockets]
        for door in self._doors:
            door.setblocking(False)
            door.listen(backlog)
            loop.add_reader(door, self._let_in, door)

    def close(self) -> None:
        """Let nobody in any more."""
        for door in self._doors:
            self._loop.remove_reader(door)
            door.close()
        self._doors.clear()
        self._server.close()

    async def wait_closed(self) -> None:
        """Wait until the sockets are closed."""
        await self._server.wait_closed()

    def _let_in(self, door: socket.socket) -> None:
        for _ in range(MOST_AT_ONCE):
            try:
                connection, _address = door.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:  # no file is left to open: they go on waiting at the door
                logger.error("A connection can't be accepted: %s", error)
                return
            connection.setblocking(False)
            arrival = self._loop.create_task(self._loop.connect_accepted_socket(self._protocol_factory, connection))
            self._arrivals.add(arrival)
            arrival.add_done_callback(self._arrivals.discard)
