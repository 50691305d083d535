"""The address of the site: its socket, its URLs, and the lock that allows one site for each data folder."""

import errno
import fcntl
import socket
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.core.management.base import CommandError

EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104  (compared with, not listened on)


def port_number(text: str) -> int:
    """Return `text` as a port number. Raises `ArgumentTypeError`."""
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise ArgumentTypeError(f"'{text}' isn't a port. Choose a number from 1 to 65535, for example 8080.")


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `port` of `host`. Raises `CommandError` with a sentence.

    It is opened before the site is prepared, so that no other program takes the port. Early requests wait.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except socket.gaierror:
        raise CommandError(f"There is no address '{host}' on this machine. Leave out --host for 127.0.0.1.") from None
    except OSError as error:
        raise CommandError(_explain(error, host, port)) from None
    send_at_once(listener)
    return listener


def send_at_once(listener: socket.socket) -> None:
    """Switch off Nagle's algorithm, which would delay the body of a response by 40 ms.

    asyncio doesn't switch it off for a socket that it didn't open. Accepted sockets inherit it from `listener`.
    """
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def local_url(listener: socket.socket) -> str:
    """Return the URL of the site for a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if host in EVERY_ADDRESS or host in {"127.0.0.1", "::1"}:
        host = "localhost" if listener.family == socket.AF_INET else "[::1]"
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{port}/"


def network_urls(listener: socket.socket) -> list[str]:
    """Return the URLs of the site for other devices, if it listens on all addresses."""
    host, port = listener.getsockname()[:2]
    return [f"http://{address}:{port}/" for address in _network_addresses()] if host in EVERY_ADDRESS else []


@contextmanager
def lock_data(path: Path) -> Iterator[TextIO]:
    """Hold a lock on the file at `path`. The block writes the site's URL into it, for the error of a second `up`.

    The operating system releases the lock when the process ends, even by `kill -9`.
    """
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            address = file.read().strip() or "another window (it is still starting)"
            raise CommandError(
                f"Galley is already running with this data: {address}\n"
                "To run a second site, give it another folder:\n"
                "  GALLEY_VAR_DIR=/path/to/a/folder uv run manage.py up --port 8081"
            ) from None
        file.truncate(0)
        yield file


def _network_addresses() -> list[str]:
    # Connecting a UDP socket sends nothing. It only selects the address that would be used.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return []
        return [probe.getsockname()[0]]


def _explain(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {port} is taken by another program. Nothing was changed. Choose another port:\n"
                f"  uv run manage.py up --port {port + 1 if port < 65535 else 8080}"
            )
        case errno.EACCES:
            return (
                f"Your account may not use port {port}; ports below 1024 need special rights. Nothing was changed.\n"
                "  uv run manage.py up --port 8080"
            )
        case errno.EADDRNOTAVAIL:
            return f"There is no address '{host}' on this machine. Leave out --host for 127.0.0.1."
        case _:
            return f"Port {port} on '{host}' can't be used: {error.strerror}. Nothing was changed."
