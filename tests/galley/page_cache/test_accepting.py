"""All who knock are let in together."""

import asyncio
import errno
import socket
from typing import Any

import pytest

from galley.page_cache.accepting import MOST_AT_ONCE, AcceptingLoop


class Greeter(asyncio.Protocol):
    """Greets whoever comes in, and counts the turns of the loop until then."""

    def __init__(self) -> None:
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        transport.write(b"Come in.")
        transport.close()


@pytest.fixture
def loop():
    loop = AcceptingLoop()
    yield loop
    loop.close()


def knock(port: int, number: int) -> list[socket.socket]:
    return [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(number)]


def test_they_are_let_in_within_a_few_turns(loop: AcceptingLoop) -> None:
    async def let_in() -> int:
        server = await loop.create_server(Greeter, "127.0.0.1", 0, backlog=500)
        visitors = knock(server.sockets[0].getsockname()[1], MOST_AT_ONCE)
        turns = 0
        waiting = set(visitors)
        for visitor in visitors:
            visitor.setblocking(False)
        while waiting:
            turns += 1
            assert turns < MOST_AT_ONCE
            await asyncio.sleep(0)
            for visitor in tuple(waiting):
                try:
                    if visitor.recv(100):
                        waiting.discard(visitor)
                        visitor.close()
                except BlockingIOError:
                    pass
        server.close()
        await server.wait_closed()
        return turns

    assert loop.run_until_complete(let_in()) < MOST_AT_ONCE / 2


def test_a_closed_door_is_closed(loop: AcceptingLoop) -> None:
    async def close() -> int:
        server = await loop.create_server(Greeter, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        return port

    with pytest.raises(ConnectionRefusedError):
        knock(loop.run_until_complete(close()), 1)


def test_who_cannot_be_let_in_waits_at_the_door(loop: AcceptingLoop, monkeypatch, caplog) -> None:
    async def let_in() -> bytes:
        server = await loop.create_server(Greeter, "127.0.0.1", 0)
        [door] = server._doors

        class FullHouse:
            def accept(self) -> None:
                raise OSError(errno.EMFILE, "Too many open files")

        server._let_in(FullHouse())
        [visitor] = knock(door.getsockname()[1], 1)
        visitor.setblocking(False)
        greeting = await loop.sock_recv(visitor, 100)
        visitor.close()
        server.close()
        return greeting

    assert loop.run_until_complete(let_in()) == b"Come in."
    assert "Too many open files" in caplog.text
