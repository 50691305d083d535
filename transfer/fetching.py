"""Fetches pictures from other hosts, within limits. Addresses that aren't public are refused."""

import hashlib
import http.client
import ipaddress
import socket
import ssl
import time
import urllib.request
from collections import Counter
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import willow

from transfer.image_files import MAX_IMAGE_SIZE, ImageError

MAX_PICTURES = 5_000
MAX_FAILURES_OF_HOST = 3
TIMEOUT_SECONDS = 10
MAX_SECONDS = 60
_SUFFIXES = {"jpeg": ".jpg"}


class PictureFetcher:
    """Stores pictures in `folder` by their URLs, so that none is fetched twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fetched = 0
        self._failures: Counter[str] = Counter()
        self._opener = urllib.request.OpenerDirector()  # without proxies, files, FTP and cookies
        for handler in (
            urllib.request.HTTPDefaultErrorHandler,
            urllib.request.HTTPErrorProcessor,
            urllib.request.HTTPRedirectHandler,
            _PublicHTTPHandler,
            _PublicHTTPSHandler,
        ):
            self._opener.add_handler(handler())

    def fetch(self, url: str) -> Path:
        """Return the path of a file with the picture at `url`. Raises `ImageError`."""
        url = f"https:{url}" if url.startswith("//") else url
        folder, host = self._folder / hashlib.sha256(url.encode()).hexdigest()[:32], urlsplit(url).netloc
        if stored := next(iter(folder.glob("*")), None):
            return stored
        if self._fetched >= MAX_PICTURES or self._failures[host] >= MAX_FAILURES_OF_HOST:
            raise ImageError("wasn't fetched: too many were, or its host has failed too often")
        self._fetched += 1
        try:
            content = self._read(url)
            suffix = willow.Image.open(BytesIO(content)).format_name
        except Exception as error:  # decoders raise errors of any kind over broken files
            self._failures[host] += isinstance(error, OSError) and not hasattr(error, "code")  # 404 is an answer
            raise ImageError(f"couldn't be fetched: {' '.join(str(error).split()) or type(error).__name__}") from error
        name = Path(unquote(urlsplit(url).path)).stem.replace("\x00", "")[:80] or "picture"
        path = folder / f"{name}{_SUFFIXES.get(suffix, f'.{suffix}')}"
        folder.mkdir(parents=True, exist_ok=True)
        part = folder.with_suffix(".part")
        part.write_bytes(content)
        return part.rename(path)

    def _read(self, url: str) -> bytes:
        """Return the body of the response. Raises `OSError`, `ValueError` or `http.client.HTTPException`."""
        content, deadline = b"", time.monotonic() + MAX_SECONDS
        request = urllib.request.Request(url, headers={"User-Agent": "Galley", "Accept": "image/*"})  # noqa: S310
        with self._opener.open(request, timeout=TIMEOUT_SECONDS) or BytesIO() as response:
            while chunk := response.read1(65536):
                content += chunk
                if len(content) > MAX_IMAGE_SIZE or time.monotonic() > deadline:
                    raise ValueError("it is too large, or takes too long")
        return content


def is_public(address: str) -> bool:
    """Return whether the IP `address` is a public one."""
    parsed = ipaddress.ip_address(address)
    return parsed.is_global and not parsed.is_multicast


def _connect(host: str, port: int, timeout: float | None) -> socket.socket:
    """Connect to `host`. Raises `OSError`, also if one of its IP addresses isn't public."""
    found = [place[4] for place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not all(is_public(str(place[0])) for place in found):
        raise OSError("its host has an address that isn't public")
    # The name isn't looked up again: it could have changed.
    return socket.create_connection((str(found[0][0]), port), timeout)


class _PublicConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = _connect(self.host, self.port, self.timeout)


class _PublicTLSConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        sock = _connect(self.host, self.port, self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(sock, server_hostname=self.host)


class _PublicHTTPHandler(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PublicConnection, request)


class _PublicHTTPSHandler(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PublicTLSConnection, request)
