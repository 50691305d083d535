"""The preview's ASGI application around a site's own: sockets, and the checks that a server makes as it starts.

A site with an `asgi.py` wraps its application there: `application = preview_application(get_asgi_application())`.
A site without one is served as it is: `DJANGO_SETTINGS_MODULE=… uvicorn galley.preview.asgi:application`.
"""

import asyncio
import contextlib
import fcntl
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import SessionMiddlewareStack
from django.core.asgi import get_asgi_application
from django.core.checks import run_checks
from django.core.handlers.asgi import get_script_prefix
from django.urls import path, re_path, reverse, set_script_prefix
from django.utils.translation import get_language_from_path, override

from galley.preview import conf
from galley.preview.checks import TAG
from galley.preview.database import in_preview_thread
from galley.preview.origin import is_own_origin

Application = Callable[[Any, Any, Any], Awaitable[None]]

# When a server is restarted, the one before may still be waiting for its sockets to close.
WAIT_SECONDS = 6.0
PAUSE_SECONDS = 0.1


class CannotServe(Exception):
    """The preview would be broken. The text says why, and what to do."""


def preview_application(http: Application) -> ProtocolTypeRouter:
    """Return `http`, a site's ASGI application, with the preview's sockets and its checks at the server's start."""
    return ProtocolTypeRouter({"http": http, "websocket": sockets, "lifespan": lifespan})


def __getattr__(name: str) -> Any:
    """Make `application` when a server asks for it: a site with an `asgi.py` of its own needs none here."""
    if name != "application":
        raise AttributeError(name)
    return preview_application(get_asgi_application())


def sockets(scope: Any, receive: Any, send: Any) -> Awaitable[None]:
    """ASGI application for the scope `websocket`: opens sockets for the site's own pages, else answers status 403.

    As in Django's handler, a site may be below a path. Its URLs may begin with a language.
    """
    below = get_script_prefix(scope)
    set_script_prefix(below)
    url_path = scope["path"].removeprefix(below)
    with override(get_language_from_path(url_path)):
        prefix = reverse("preview:newest").removeprefix(below).lstrip("/")
    application = _router(prefix) if is_own_origin(scope) else refuse
    return application({**scope, "path": url_path, "root_path": ""}, receive, send)


@cache
def _router(prefix: str) -> Application:
    """Return the sockets' routes, mounted where the URLs are: a screen's socket has the address of its page."""
    # The consumers import models, for which Django has to be set up.
    from galley.preview.editor import EditorConsumer
    from galley.preview.viewers import GuestViewer, UserViewer

    edited = f"{prefix}tabs/<slug:tab>/edit/<int:page_id>/"
    created = f"{prefix}tabs/<slug:tab>/create/<slug:app_label>/<slug:model_name>/<int:parent_id>/"
    routes = [
        path(prefix, UserViewer.as_asgi()),
        path(f"{prefix}pages/<int:page_id>/", UserViewer.as_asgi()),
        path(f"{prefix}tabs/<slug:tab>/", UserViewer.as_asgi()),
        path(f"{prefix}shared/<str:token>/", GuestViewer.as_asgi()),
        path(edited, EditorConsumer.as_asgi()),
        path(created, EditorConsumer.as_asgi()),
        re_path("", refuse),  # type: ignore[arg-type]
    ]
    router: Application = SessionMiddlewareStack(URLRouter(routes))
    return router


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """Answer the handshake with status 403."""
    await receive()
    await send({"type": "websocket.close", "code": 4403})


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """ASGI application for the scope `lifespan`: refuses to start where the preview would be broken.

    Servers run no system checks. Here the preview's own are run before the first request.
    """
    await receive()
    try:
        await in_preview_thread(run_preview_checks)
        lock = await lock_out_others()
    except CannotServe as error:
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    if lock:
        lock.close()
    await send({"type": "lifespan.shutdown.complete"})


def run_preview_checks() -> None:
    """Run the preview's system checks. Raises `CannotServe` with the texts of errors."""
    serious = [message for message in run_checks(tags=[TAG]) if message.is_serious()]
    if serious:
        raise CannotServe("\n".join(f"{message.msg}\n{message.hint}" for message in serious))


async def lock_out_others() -> TextIO | None:
    """Return the lock of the one process that may serve without Redis; None with Redis, or without a lock file.

    The operating system releases it when the process ends, however it ends. Raises `CannotServe` if another process
    holds it, or if it can't be written.
    """
    if conf.redis_url() or not conf.lock_file():
        return None
    try:
        file = await in_preview_thread(Path(conf.lock_file()).open, "a")
    except OSError as error:
        raise CannotServe(f"PREVIEW_LOCK_FILE has to name a file that the server can write: {error}") from None
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return file
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError:
        file.close()
        raise CannotServe(
            "Another server runs with the same data, and without Redis the live preview needs a single one: "
            "a screen connected to one would never hear of what is typed in the other.\n"
            "Stop that server, or set PREVIEW_REDIS_URL (here by REDIS_URL) for both, for example to "
            "redis://localhost:6379/0."
        ) from None
