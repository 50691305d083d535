"""One id for a request, in the proxy's log, in the site's and in those of the tasks that the request has queued.

nginx sends 32 hexadecimal digits in the header `X-Request-ID`. The site's logs have the first sixteen of them. The id
of each task that the request queues begins with them: nothing else has to be stored.
"""

import re
import secrets
import uuid
from contextvars import ContextVar
from typing import Any

HEADER = b"x-request-id"
_FROM_PROXY = re.compile(rb"[0-9a-f]{32}")
DIGITS = 16

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request or socket that this code works for; empty outside of any."""
task_id: ContextVar[str] = ContextVar("task_id", default="")
"""The id of the background task that is being run; empty outside of any."""


class RequestIds:
    """ASGI application around a site's own: gives each request and socket its id. Errors name it in a header."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the site does."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        sent = next((value for name, value in scope["headers"] if name == HEADER), b"")
        own = sent.decode() if _FROM_PROXY.fullmatch(sent) else secrets.token_hex(16)
        # Servers run each request in a context of its own. It stays set, for what the server logs about the request.
        request_id.set(own[:DIGITS])

        async def send_with_id(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 500:
                message = {**message, "headers": [*message.get("headers", []), (HEADER, own.encode())]}
            await send(message)

        await self.app(scope, receive, send_with_id)


def make_task_id() -> uuid.UUID:
    """Return the id of a new task, which begins with the digits of the request: `id_function` of `TASKS`."""
    return uuid.UUID(request_id.get() + secrets.token_hex(16)[len(request_id.get()) :])


def enter_task(task_result: Any, **kwargs: Any) -> None:
    """Take the id of the request from the task, unless it is run within one: the receiver of `task_started`."""
    task_id.set(task_result.id)
    if not request_id.get():
        request_id.set(_digits(task_result))


def leave_task(task_result: Any, **kwargs: Any) -> None:
    """End what `enter_task` has begun: the receiver of `task_finished`."""
    task_id.set("")
    if request_id.get() == _digits(task_result):
        request_id.set("")


def _digits(task_result: Any) -> str:
    return task_result.id.replace("-", "")[:DIGITS]
