"""What travels over the sockets of an edit page and of a screen, and what the server says about its work."""

import json
from collections import defaultdict
from typing import Any

from playwright.async_api import Page, WebSocket


class Wire:
    """Counts bytes for each key: up from the edit page, down to the screen. Follow pages before they are opened."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin again: what went so far was for joining."""
        self.up: list[int] = []
        self.down: list[int] = []
        self.stages: defaultdict[str, list[float]] = defaultdict(list)

    def begin_key(self) -> None:
        """Count what follows for the next key."""
        self.up.append(0)
        self.down.append(0)

    def follow_editor(self, page: Page) -> None:
        """Count what the edit page sends, and read what it is told about the server's work."""
        page.on("websocket", self._follow_editor_socket)

    def follow_screen(self, page: Page) -> None:
        """Count what a screen is sent."""
        page.on("websocket", lambda socket: socket.on("framereceived", self._count_down))

    def _follow_editor_socket(self, socket: WebSocket) -> None:
        socket.on("framesent", self._count_up)
        socket.on("framereceived", self._read_stages)

    def _count_up(self, payload: str | bytes) -> None:
        if self.up:
            self.up[-1] += count_bytes(payload)

    def _count_down(self, payload: str | bytes) -> None:
        if self.down:
            self.down[-1] += count_bytes(payload)

    def _read_stages(self, payload: str | bytes) -> None:
        for stage, milliseconds in read_stages(payload).items():
            self.stages[stage].append(milliseconds)


def count_bytes(payload: str | bytes) -> int:
    """Return the size of a frame's payload, before compression and without the frame's own two to fourteen bytes."""
    return len(payload.encode() if isinstance(payload, str) else payload)


def read_stages(payload: str | bytes) -> dict[str, float]:
    """Return the milliseconds of each stage of the server's work, if the message tells them."""
    try:
        message: Any = json.loads(payload)
    except ValueError:
        return {}
    stages = message.get("stages") if isinstance(message, dict) else None
    return stages if isinstance(stages, dict) else {}
