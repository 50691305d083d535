"""The address that the site listens on, and the addresses at which people find it."""

import errno
import socket
from argparse import ArgumentTypeError

from django.core.management.base import CommandError

EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104  (recognised, not chosen)


def port_number(text: str) -> int:
    """Return `text` as a port a browser can be sent to."""
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise ArgumentTypeError(f"'{text}' is no port: choose a number from 1 to 65535, for example 8080.")


def listen(host: str, port: int) -> socket.socket:
    """Take `port` on `host` at once, so that nobody else can take it while the site is being prepared.

    A browser that comes too early waits until the site answers.
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
    """Let no answer wait 40 ms between its headers and its body (Nagle's algorithm).

    A server switches this off by itself, but takes a socket that it is handed for one without it. What is accepted
    inherits it from `listener`.
    """
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def local_url(listener: socket.socket) -> str:
    """Return the address for a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if host in EVERY_ADDRESS or host in {"127.0.0.1", "::1"}:
        host = "localhost" if listener.family == socket.AF_INET else "[::1]"
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{port}/"


def network_urls(listener: socket.socket) -> list[str]:
    """Return the addresses for other devices, if the site listens to them."""
    host, port = listener.getsockname()[:2]
    return [f"http://{address}:{port}/" for address in _network_addresses()] if host in EVERY_ADDRESS else []


def _network_addresses() -> list[str]:
    # Connecting a UDP socket sends nothing; it only asks which of our addresses would be used.
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
