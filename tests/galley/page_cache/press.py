"""An application that stands in for Django: it answers as a test wants, and remembers what it was asked."""

import asyncio
from collections.abc import Callable
from typing import Any

PUBLIC = "public, max-age=0"


class Press:
    """Answers with the text `print_text()`; with a `gate`, only when that is opened."""

    def __init__(self, text: str = "A proof. " * 200, status: int = 200, **headers: str | None) -> None:
        self.text = text
        self.status = status
        self.headers = {"content_type": "text/html; charset=utf-8", "cache_control": PUBLIC, **headers}
        self.requests: list[dict[str, Any]] = []
        self.gate: asyncio.Event | None = None
        self.before_answer: Callable[[], None] = lambda: None

    @property
    def times_asked(self) -> int:
        return len(self.requests)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.requests.append(scope)
        assert (await receive())["type"] == "http.request"
        if self.gate:
            await self.gate.wait()
        self.before_answer()
        body = self.text.encode()
        headers = {"content_length": str(len(body)), **self.headers}
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [
                    (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items() if value
                ],
            }
        )
        await send({"type": "http.response.body", "body": body[:100], "more_body": True})
        await send({"type": "http.response.body", "body": body[100:]})
