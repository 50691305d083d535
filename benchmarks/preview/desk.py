"""An editor at work in Chromium: one edit page, and the screens on which the draft is watched."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Frame, Page, StorageState, WebSocketRoute

from benchmarks.preview.keyboard import Typing
from benchmarks.preview.texts import Marks
from benchmarks.preview.wire import Wire
from tests.e2e.editing import log_in
from tests.running_site import EDITOR, EDITOR_PASSWORD

PROBE = Path(__file__).with_name("probe.js")
PATIENCE = 60_000  # milliseconds
OWN_FRAME, UPSTREAM_FRAME, FRAMES = ".live-preview-frame", "#w-preview-iframe", ".w-preview__wrapper"

# The caret goes where a click would put it: into the field whose text has the marks.
INTO_INPUT = """(marks) => {
  const field = [...document.querySelectorAll("input[type=text], textarea")].find(
    (field) => field.value.includes(marks) && field.checkVisibility());
  const caret = field.value.indexOf(marks) + 1;
  field.focus();
  field.setSelectionRange(caret, caret);
  field.scrollIntoView({ block: "center", behavior: "instant" });
}"""
INTO_MARKDOWN = """(marks) => {
  const editor = [...document.querySelectorAll(".CodeMirror")].map((element) => element.CodeMirror).find(
    (editor) => editor.getValue().includes(marks));
  const line = editor.getValue().split("\\n").findIndex((text) => text.includes(marks));
  editor.getWrapperElement().scrollIntoView({ block: "center", behavior: "instant" });
  editor.focus();
  editor.setCursor({ line, ch: editor.getLine(line).indexOf(marks) + 1 });
}"""
PLACE_IN_RICH_TEXT = """(marks) => {
  const root = [...document.querySelectorAll(".public-DraftEditor-content")].find(
    (root) => root.textContent.includes(marks));
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode() && !texts.currentNode.data.includes(marks));
  const range = document.createRange();
  range.setStart(texts.currentNode, texts.currentNode.data.indexOf(marks) + 1);
  texts.currentNode.parentElement.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, height } = range.getBoundingClientRect();
  return [x, y + height / 2];
}"""


UPSTREAM_WATCHES_FORM = """() => wagtail.app.getControllerForElementAndIdentifier(
  document.querySelector("form[data-edit-form]"), "w-unsaved").initialFormData !== undefined"""
UPSTREAM_LOOKS_AGAIN_WITHIN = 3.0  # seconds
# What is typed while upstream saves counts as saved, and isn't shown before the next key.
UPSTREAM_SAVES_WITHIN = 3.0  # seconds


@dataclass(frozen=True)
class Desk:
    """An edit page, and what can be opened beside it to watch the draft."""

    page: Page
    page_id: int
    wire: Wire

    async def type_for(self, screen: Page | Frame, marks: Marks) -> Typing:
        """Return the keyboard, once `screen` watches `marks` and shows what is typed at the caret."""
        await screen.evaluate("(marks) => probe.watch(marks)", [marks.opening, marks.closing])
        return await self._warmed_up(screen)

    async def type_for_upstream(self, marks: Marks) -> Typing:
        """Return the keyboard, once Wagtail's own panel shows what is typed at the caret."""
        await self.page.evaluate(
            "(arguments) => probe.watchFrame(...arguments)", [FRAMES, UPSTREAM_FRAME, [marks.opening, marks.closing]]
        )
        return await self._warmed_up(self.page, rest=UPSTREAM_SAVES_WITHIN)

    async def _warmed_up(self, screen: Page | Frame, rest: float = 0.0) -> Typing:
        typing = Typing(self.page, screen, self.wire, rest)
        await typing.warm_up()
        self.wire.forget()
        return typing

    async def click_into_input(self, marks: Marks) -> None:
        """Put the caret between `marks` in a line of text, such as the title or a caption."""
        await self.page.evaluate(INTO_INPUT, str(marks))

    async def click_into_markdown(self, marks: Marks) -> None:
        """Put the caret between `marks` in a Markdown editor."""
        await self.page.evaluate(INTO_MARKDOWN, str(marks))

    async def click_into_rich_text(self, marks: Marks) -> None:
        """Put the caret between `marks` in a rich text editor."""
        x, y = await self.page.evaluate(PLACE_IN_RICH_TEXT, str(marks))
        await self.page.mouse.click(x, y)

    async def open_tab(self) -> Page:
        """Open the draft in a window of its own."""
        tab = await open_window(self.page)
        self.wire.follow_screen(tab)
        await tab.goto(f"/preview/pages/{self.page_id}/")
        return tab

    async def open_panel(self) -> Frame:
        """Open the panel beside the form, and return the live preview in it."""
        await self._open_panel()
        frame = await (await self.page.locator(OWN_FRAME).element_handle()).content_frame()
        assert frame is not None  # noqa: S101  (it is an iframe)
        await frame.wait_for_load_state()
        return frame

    async def open_upstream_panel(self) -> None:
        """Open the panel beside the form, with Wagtail's own preview in it."""
        await self._open_panel()
        await self.page.wait_for_function(
            "(frame) => document.querySelector(frame)?.contentDocument?.querySelector('h1')", arg=UPSTREAM_FRAME
        )
        # What is typed before upstream has taken its first picture of the form counts as unchanged; so does what is
        # typed before a second one, which may follow.
        await self.page.wait_for_function(UPSTREAM_WATCHES_FORM)
        await asyncio.sleep(UPSTREAM_LOOKS_AGAIN_WITHIN)

    async def _open_panel(self) -> None:
        await self.page.get_by_role("button", name="Toggle preview").click()


async def log_in_once(browser: Browser, url: str) -> StorageState:
    """Return the cookies of an editor who has logged in."""
    context = await browser.new_context(base_url=url)
    await log_in(await context.new_page(), EDITOR, EDITOR_PASSWORD)
    cookies = await context.storage_state()
    await context.close()
    return cookies


async def open_window(page: Page) -> Page:
    """Return a page in a window beside that of `page`: a tab behind another one is painted once a second only."""
    chromium = await page.context.new_cdp_session(page)
    target = await chromium.send("Target.getTargetInfo")
    async with page.context.expect_page() as opened:
        await chromium.send(
            "Target.createTarget",
            {
                "url": "about:blank",
                "newWindow": True,
                "browserContextId": target["targetInfo"]["browserContextId"],
            },
        )
    return await opened.value


@asynccontextmanager
async def sit_down(
    browser: Browser, url: str, login: StorageState, page_id: int, *, without_sockets: bool = False
) -> AsyncIterator[Desk]:
    """Open the edit page of page `page_id` in a fresh window; without sockets, the live preview can't work."""
    context = await browser.new_context(base_url=url, storage_state=login, viewport={"width": 1600, "height": 1000})
    context.set_default_timeout(PATIENCE)
    await context.add_init_script(path=PROBE)
    if without_sockets:
        await context.route_web_socket(re.compile("/preview/"), _refuse)
    try:
        page, wire = await context.new_page(), Wire()
        wire.follow_editor(page)
        await page.goto(f"/admin/pages/{page_id}/edit/")
        yield Desk(page, page_id, wire)
    finally:
        await context.close()


async def _refuse(socket: WebSocketRoute) -> None:
    await socket.close(code=1012)
