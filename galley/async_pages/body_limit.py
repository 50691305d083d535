"""A limit for what visitors send: else a form could be sent back with ten megabytes in it, by anybody."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

TEXT = _(
    "This is too long: forms of this site take {kilobytes} kB at most. Nothing was done with what you sent. "
    "Your browser's Back button brings back what you wrote: please shorten it."
)


class BodyLimit:
    """ASGI application around a site's own: answers a request whose body has more than `max_bytes` with status 413.

    `unlimited` matches the paths where Django's own limits are enough, such as those of editors. What is refused is
    neither stored nor sent back; Django would write all of it to a file before it looks at it. `language_of` returns
    the language of a path, in which the refusal is written.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        unlimited: re.Pattern[str],
        language_of: Callable[[str], str | None] = lambda path: get_language(),
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.unlimited = unlimited
        self.language_of = language_of

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the site does, or with the refusal."""
        if scope["type"] != "http" or self.unlimited.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length[:20]) > self.max_bytes:
            await self._refuse(scope, send)
            return
        received, is_answered = 0, False

        async def receive_some() -> Any:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            # For Django, the client has gone: it stops, and answers nothing.
            return message if received <= self.max_bytes else {"type": "http.disconnect"}

        async def note_answer(message: Any) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        await self.app(scope, receive_some, note_answer)
        if received > self.max_bytes and not is_answered:
            await self._refuse(scope, send)

    async def _refuse(self, scope: Any, send: Any) -> None:
        with override(self.language_of(scope["path"])):
            body = str(TEXT).format(kilobytes=self.max_bytes // 1024).encode()
        headers = {
            b"content-type": b"text/plain; charset=utf-8",
            b"content-length": str(len(body)).encode(),
            b"cache-control": b"no-store",
            b"x-content-type-options": b"nosniff",
        }
        await send({"type": "http.response.start", "status": 413, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": body})
