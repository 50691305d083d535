"""Requests to other hosts, within limits. Addresses that aren't public are refused. README.md describes it."""

import http.client
import ipaddress
import socket
import ssl
import time
import urllib.request
from typing import Any

__all__ = ["MAX_SECONDS", "TIMEOUT_SECONDS", "NotPublicError", "is_public", "public_opener", "read_public_url"]

# How long a host may be silent, and how long a response may take altogether.
TIMEOUT_SECONDS = 10
MAX_SECONDS = 60
MAX_REDIRECTS = 5


class NotPublicError(OSError):
    """A host has an IP address that isn't public."""


def public_opener(*handlers: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
    """Return an opener for HTTP and HTTPS URLs of public hosts, with `handlers` of urllib's kind beside its own.

    It has no proxies, files, FTP or cookies, and follows five redirects, to public hosts only. `open` returns None for
    other schemes. It raises `OSError` (`NotPublicError` is its `reason` then, or the cause), `ValueError` or
    `http.client.HTTPException`.
    """
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _RedirectHandler(),
        _PublicHTTPHandler(),
        _PublicHTTPSHandler(),
        *handlers,
    ):
        opener.add_handler(handler)
    return opener


def read_public_url(url: str, accepted: str, limit: int) -> tuple[bytes, http.client.HTTPMessage, str]:
    """Return the body at `url`, its headers, and the URL after redirects. `accepted` are media types.

    Raises `OSError`, `http.client.HTTPException` or, for a body of more than `limit` bytes, `ValueError`.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "Galley", "Accept": accepted})  # noqa: S310
    response = public_opener().open(request, timeout=TIMEOUT_SECONDS)
    if response is None:
        raise ValueError("Only HTTP is spoken.")
    with response:
        content = b""
        while chunk := response.read1(65536):
            content += chunk
            if len(content) > limit:
                raise ValueError("The response is too large.")
        return content, response.headers, response.url


def is_public(address: str) -> bool:
    """Return whether the IP `address` is a public one."""
    parsed = ipaddress.ip_address(address)
    return parsed.is_global and not parsed.is_multicast


class _Timed:
    """A socket whose response has to end in time, however steadily single bytes arrive."""

    ends_at = float("inf")

    def recv_into(self, *args: Any, **options: Any) -> int:
        if time.monotonic() > self.ends_at:
            raise TimeoutError("it takes too long")
        return int(super().recv_into(*args, **options))  # type: ignore[misc]


class _TimedSocket(_Timed, socket.socket):
    """A plain one."""


class _TimedTLSSocket(_Timed, ssl.SSLSocket):
    """An encrypted one."""


def _connect(host: str, port: int) -> _TimedSocket:
    """Connect to `host`. Raises `OSError`, also if one of its IP addresses isn't public."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not all(is_public(str(address[0])) for *_, address in found):
        raise NotPublicError("its host has an address that isn't public")
    failure: OSError = OSError("its host has no address")
    # The name isn't looked up again: it could have changed.
    for family, kind, protocol, _name, address in found:
        sock = _TimedSocket(family, kind, protocol)
        sock.settimeout(TIMEOUT_SECONDS)
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            sock.ends_at = time.monotonic() + MAX_SECONDS
            return sock
    raise failure


class _RedirectHandler(urllib.request.HTTPRedirectHandler):
    max_redirections = MAX_REDIRECTS


class _PublicConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = _connect(self.host, self.port)


class _PublicTLSConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        sock = _connect(self.host, self.port)
        context = ssl.create_default_context()
        context.sslsocket_class = _TimedTLSSocket
        encrypted = context.wrap_socket(sock, server_hostname=self.host)
        encrypted.ends_at = sock.ends_at  # type: ignore[attr-defined]
        self.sock = encrypted


class _PublicHTTPHandler(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PublicConnection, request)


class _PublicHTTPSHandler(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PublicTLSConnection, request)
