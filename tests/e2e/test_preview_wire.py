"""A key in a long text travels as the characters that changed, up to the server and down to the screens."""

import json

from playwright.async_api import Page, expect

UP, DOWN = 300, 500  # bytes
LINES = [f"Line {number} 𝄞 of a text that is long, with an umlaut ü in it." for number in range(200)]


# Noted by the page itself, in order: what its sockets send, and what they receive before it is shown.
NOTE_FRAMES = """
  window.frames_sent = [];
  window.frames_received = [];
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (frame) { frames_sent.push(frame); send.call(this, frame); };
  window.WebSocket = class extends WebSocket {
    constructor(...where) {
      super(...where);
      this.addEventListener("message", ({ data }) => frames_received.push(data));
    }
  };
"""


def kinds(frames: list[str]) -> set[str]:
    return {json.loads(frame)["type"] for frame in frames}


def longest(frames: list[str]) -> int:
    return max(len(frame.encode()) for frame in frames)


async def test_only_the_changed_characters_travel(editor_page: Page, project: int) -> None:
    await editor_page.context.add_init_script(NOTE_FRAMES)
    # Nothing else changes on a page that has been saved before; a new one gets its id meanwhile.
    await editor_page.goto(f"/admin/pages/{project}/edit/")
    screen = await editor_page.context.new_page()
    await screen.goto("/preview/")
    await editor_page.bring_to_front()
    await editor_page.locator(".CodeMirror").last.click()
    await editor_page.keyboard.press("Control+A")
    await editor_page.keyboard.insert_text("\n\n".join(LINES))
    await expect(screen.get_by_text("Line 199")).to_be_attached()

    await editor_page.evaluate("frames_sent.length = 0")
    await screen.evaluate("frames_received.length = 0")
    await editor_page.keyboard.press("ArrowUp")
    await editor_page.keyboard.press("ArrowUp")
    await editor_page.keyboard.type("Set it so.")
    await expect(screen.get_by_text("Set it so.")).to_be_attached()

    sent: list[str] = await editor_page.evaluate("frames_sent")
    assert longest([frame for frame in sent if json.loads(frame)["type"] == "change"]) <= UP
    assert kinds(sent) <= {"change", "focus", "ping"}
    received: list[str] = await screen.evaluate("frames_received")
    assert longest([frame for frame in received if json.loads(frame)["type"] == "patch"]) <= DOWN
    assert not kinds(received) & {"snapshot", "structure"}
