"""A key in a long text travels as the characters that changed, up to the server and down to the screens."""

import json
from typing import Any

from playwright.async_api import Page, expect

from tests.e2e.rich_page import add_rich_page
from tests.running_site import RunningSite

UP, DOWN = 300, 500  # bytes
LINES = [f"Line {number} 𝄞 of a text that is long, with an umlaut ü in it." for number in range(200)]


class Wire:
    """What goes over the preview's sockets of one page."""

    def __init__(self, page: Page) -> None:
        self.sent: list[str] = []
        self.received: list[str] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: Any) -> None:
        socket.on("framesent", lambda payload: self.sent.append(payload))
        socket.on("framereceived", lambda payload: self.received.append(payload))

    def forget(self) -> None:
        self.sent.clear()
        self.received.clear()


def kinds(frames: list[str]) -> set[str]:
    return {json.loads(frame)["type"] for frame in frames}


def longest(frames: list[str]) -> int:
    return max(len(frame.encode()) for frame in frames)


async def test_only_the_changed_characters_travel(server: RunningSite, editor_page: Page) -> None:
    up = Wire(editor_page)
    # Nothing else changes on a page that has been saved before; a new one gets its id meanwhile.
    await editor_page.goto(f"/admin/pages/{add_rich_page(server)}/edit/")
    screen = await editor_page.context.new_page()
    down = Wire(screen)
    await screen.goto("/preview/")
    await editor_page.bring_to_front()
    await editor_page.locator(".CodeMirror").last.click()
    await editor_page.keyboard.press("Control+A")
    await editor_page.keyboard.insert_text("\n\n".join(LINES))
    await expect(screen.get_by_text("Line 199")).to_be_attached()

    up.forget()
    down.forget()
    await editor_page.keyboard.press("ArrowUp")
    await editor_page.keyboard.press("ArrowUp")
    await editor_page.keyboard.type("Set it so.")
    await expect(screen.get_by_text("Set it so.")).to_be_attached()

    changes = [frame for frame in up.sent if json.loads(frame)["type"] == "change"]
    assert longest(changes) <= UP
    assert kinds(up.sent) <= {"change", "focus"}
    patches = [frame for frame in down.received if json.loads(frame)["type"] == "patch"]
    assert longest(patches) <= DOWN
    assert not kinds(down.received) & {"snapshot", "structure"}
