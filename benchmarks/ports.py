"""Ports for programs that can't be handed a socket."""

import random
import socket
from contextlib import suppress

# Linux gives outgoing connections those from 32,768 on: they could take the port before the program does.
PORTS = range(20_000, 32_000)


def find_port() -> int:
    """Return a port of this machine that nobody listens on."""
    while True:
        with suppress(OSError), socket.create_server(("127.0.0.1", random.choice(PORTS))) as probe:  # noqa: S311
            return int(probe.getsockname()[1])
