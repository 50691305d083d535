"""Whether a socket is opened by a page of this site, and what keeps the site's own pages from opening one.

A browser sends its cookies with a WebSocket from any page. So scheme, host and port of its `Origin` have to match:
Channels' `AllowedHostsOriginValidator` compares host names alone, and passes a missing origin where every host is
allowed.
"""

import logging
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


def is_own_origin(scope: Any) -> bool:
    """Whether the socket was opened by a page of its own host, or of one in `CSRF_TRUSTED_ORIGINS`."""
    origin = _read_header(scope, b"origin")
    is_own = _is_trusted(scope, origin)
    if not is_own:
        _log_address(origin, _own_origin(scope))
    return is_own


def explain_refusal(scope: Any, origin: str) -> str:
    """Return why a page with the address `origin` can't open a socket, though its HTTP requests arrive.

    `scope` is that of such a request, and comes through the same proxies.
    """
    if not _is_trusted(scope, origin):
        _log_address(origin, own := _own_origin(scope))
        return _(
            "The preview can't connect, and the server refuses to save: your browser has this site at %(got)s, and the "
            "server takes its address to be %(expected)s. A proxy changes it."
        ) % {"got": origin[:200], "expected": own}
    _log_upgrade(_own_origin(scope))
    return _("The preview can't connect: something between your browser and the server doesn't pass WebSockets.")


def _is_trusted(scope: Any, origin: str) -> bool:
    return origin in {_own_origin(scope), *settings.CSRF_TRUSTED_ORIGINS}


def _own_origin(scope: Any) -> str:
    scheme = scope.get("scheme", "ws").replace("ws", "http")
    return f"{scheme}://{_read_header(scope, b'host')}"


def _read_header(scope: Any, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


# Each line is logged once, so that the browsers that try again don't fill the log.
@lru_cache(maxsize=100)
def _log_address(got: str, expected: str) -> None:
    logger.warning(
        "A socket from a page at %s was refused: the server takes its own address to be %s. If both are this site, a "
        "proxy has to pass the headers Host (with the port) and X-Forwarded-Proto.",
        got[:200] or "an unknown address",
        expected,
    )


@lru_cache(maxsize=100)
def _log_upgrade(own: str) -> None:
    logger.warning(
        "Browsers at %s reach the server, and can't open sockets. A proxy has to pass the headers Upgrade and "
        "Connection.",
        own,
    )
