"""Whether a socket is opened by a page of this site, and what keeps the site's own pages from opening one.

A browser sends its cookies with a WebSocket from any page. So scheme, host and port of its `Origin` have to match:
Channels' `AllowedHostsOriginValidator` compares host names alone, and passes a missing origin where every host is
allowed.
"""

import logging
from functools import lru_cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


def is_own_origin(scope: Any) -> bool:
    """Whether the socket was opened by a page of its own host, or of one in `CSRF_TRUSTED_ORIGINS`.

    The host has to be one of `ALLOWED_HOSTS`. Otherwise a page of another site could have its own name lead to this
    server once it is loaded (DNS rebinding), and its origin would be that of the socket.
    """
    origin = _read_header(scope, b"origin")
    try:
        own = _own_origin(scope)
    except DisallowedHost:
        _log_host(_read_header(scope, b"host"))
        return False
    is_own = _is_trusted(own, origin)
    if not is_own:
        _log_address(origin, own)
    return is_own


def explain_refusal(scope: Any, origin: str) -> str:
    """Return why a page with the address `origin` can't open a socket, though its HTTP requests arrive.

    `scope` is that of a POST, which has an `Origin` as the handshake has, and comes through the same proxies.
    """
    own = _own_origin(scope)
    if not _is_trusted(own, origin):
        _log_address(origin, own)
        return _(
            "The preview can't connect, and the server refuses to save: your browser has this site at %(got)s, and the "
            "server takes its address to be %(expected)s. A proxy changes it."
        ) % {"got": origin[:200], "expected": own}
    if (got := _read_header(scope, b"origin")) != origin:
        _log_origin(got, origin)
        return _(
            "The preview can't connect: something between your browser and the server changes or removes the header "
            "Origin. Your browser sends %(expected)s, and the server gets: %(got)s."
        ) % {"expected": origin, "got": got[:200] or "—"}
    _log_upgrade(own)
    return _("The preview can't connect: something between your browser and the server doesn't pass WebSockets.")


def _is_trusted(own: str, origin: str) -> bool:
    return origin in {own, *settings.CSRF_TRUSTED_ORIGINS}


def _own_origin(scope: Any) -> str:
    """Return the address as Django has it for forms: by `SECURE_PROXY_SSL_HEADER` and `USE_X_FORWARDED_HOST`, too.

    Raises `DisallowedHost`.
    """
    scheme = scope.get("scheme", "ws").replace("ws", "http")
    request = ASGIRequest({"method": "GET", "path": "/", "scheme": scheme, "headers": scope["headers"]}, BytesIO())
    return f"{request.scheme}://{request.get_host()}"


def _read_header(scope: Any, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


# Each line is logged once, so that the browsers that try again don't fill the log.
@lru_cache(maxsize=100)
def _log_address(got: str, expected: str) -> None:
    logger.warning(
        "A socket from a page at %s was refused: the server takes its own address to be %s. If both are this site, a "
        "proxy has to pass the headers Host (with the port), Origin and X-Forwarded-Proto.",
        got[:200] or "an unknown address",
        expected,
    )


@lru_cache(maxsize=100)
def _log_host(got: str) -> None:
    logger.warning("A socket was refused: its host %s isn't one of ALLOWED_HOSTS.", repr(got[:200]))


@lru_cache(maxsize=100)
def _log_origin(got: str, expected: str) -> None:
    logger.warning(
        "Browsers at %s reach the server, and can't open sockets: their header Origin arrives as %s. A proxy has to "
        "pass it.",
        expected,
        got[:200] or "nothing",
    )


@lru_cache(maxsize=100)
def _log_upgrade(own: str) -> None:
    logger.warning(
        "Browsers at %s reach the server, and can't open sockets. A proxy has to pass the headers Upgrade and "
        "Connection.",
        own,
    )
