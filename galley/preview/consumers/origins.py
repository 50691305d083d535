"""Sockets are opened from this site's own pages only.

A browser sends its cookies with a WebSocket from any page. Channels' `AllowedHostsOriginValidator` compares host
names alone, and lets a missing origin pass where every host is allowed; here scheme, host and port have to match.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

App = Callable[[Any, Any, Any], Awaitable[None]]


class SameOriginOnly:
    """ASGI middleware: refuses a WebSocket whose `Origin` is neither this site's nor in `CSRF_TRUSTED_ORIGINS`."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the connection on, or refuse it with status 403."""
        await (self._app if is_own_origin(scope) else refuse)(scope, receive, send)


def is_own_origin(scope: Any) -> bool:
    """Whether the connection was opened from a page of the host that it goes to."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"] if name in (b"origin", b"host")}
    scheme = {"ws": "http", "wss": "https"}[scope.get("scheme", "ws")]
    own = f"{scheme}://{headers.get(b'host', '')}"
    return headers.get(b"origin") in {own, *settings.CSRF_TRUSTED_ORIGINS}


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """Answer the handshake with status 403."""
    await receive()
    await send({"type": "websocket.close", "code": 4403})
