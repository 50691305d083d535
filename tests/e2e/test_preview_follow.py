"""The preview comes to where the author writes; other screens only if their reader wishes."""

import re
from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, Locator, Page, WebSocketRoute, expect

from tests.e2e.watching import (
    be_still,
    come_to_rest,
    edit_beside_panel,
    note_outlines,
    stop_following,
    was_led_to,
    watch_on_another_screen,
)
from tests.running_site import RunningSite


@pytest.fixture
def project(server: RunningSite, rich_site_folder: Path) -> int:
    """A long project as it was, for each test: each of them writes in it."""
    server.restore(rich_site_folder)
    return int((rich_site_folder / "project").read_text())


NOTE_MOVE = "() => { window.moves = new Promise((resolve) => addEventListener('scroll', resolve, { once: true })) }"


async def put_cursor_into_line(page: Page, words: str) -> None:
    """Put the cursor at the end of a line of the Markdown editor."""
    await page.evaluate(
        """words => {
             const code = document.querySelector(".CodeMirror").CodeMirror;
             const line = code.getValue().split("\\n").findIndex((line) => line.includes(words));
             code.focus();
             code.setCursor(line, code.getLine(line).length);
           }""",
        words,
    )


async def is_seen(element: Locator) -> None:
    await expect(element).to_be_in_viewport()


async def follow_words_without_the_cursor(page: Page, draft: FrameLocator) -> None:
    """The draft comes to words that somebody else writes, before the cursor is anywhere."""
    await expect(draft.get_by_text("Paragraph 30 of")).not_to_be_in_viewport()
    await page.evaluate(
        """() => {
             const code = document.querySelector(".CodeMirror").CodeMirror;
             const line = code.getValue().split("\\n").findIndex((line) => line.includes("Paragraph 30 of"));
             code.replaceRange("Another paragraph.\\n\\n", { line, ch: 0 });
           }"""
    )
    await is_seen(draft.get_by_text("Another paragraph."))


async def follow_the_edited_block(page: Page, draft: FrameLocator) -> None:
    """The draft comes to the field that has the cursor, and outlines its block."""
    gallery = draft.locator(".plates figcaption").nth(1)
    await expect(gallery).not_to_be_in_viewport()
    await note_outlines(draft)
    await page.locator("[name=gallery-1-caption]").focus()
    await is_seen(gallery)
    await page.locator("[name=title]").focus()
    await is_seen(draft.get_by_role("heading", level=1))
    outlined = await draft.locator("body").evaluate("() => outlined")
    assert [words.strip() for words in outlined] == ["The second sheet", "A Tide Atlas"]


async def follow_a_long_text(page: Page, draft: FrameLocator, lines: list[int]) -> None:
    """Within one field, the draft comes to the line that has the cursor."""
    for number in lines:
        await put_cursor_into_line(page, f"Paragraph {number} of")
        await is_seen(draft.get_by_text(f"Paragraph {number} of"))
        # At the end of its line the cursor is still in this paragraph, and not in the next.
        await was_led_to(draft, f"Paragraph {number} of")
    await page.keyboard.insert_text("\n\nA new paragraph.")
    await is_seen(draft.get_by_text("A new paragraph."))


async def turn_back_while_the_view_moves(page: Page, draft: FrameLocator) -> None:
    """A view on its way elsewhere is taken along by the cursor."""
    await put_cursor_into_line(page, "Paragraph 35 of")
    await come_to_rest(draft, "Paragraph 35 of")
    await is_seen(draft.get_by_text("Paragraph 35 of"))
    await draft.locator("body").evaluate(NOTE_MOVE)
    await page.locator("[name=title]").focus()
    await draft.locator("body").evaluate("() => moves")
    # The view passes it by just then.
    await put_cursor_into_line(page, "Paragraph 26 of")
    await come_to_rest(draft, "Paragraph 26 of")
    await is_seen(draft.get_by_text("Paragraph 26 of"))


async def leave_a_reader_alone_who_scrolls_away(page: Page, draft: FrameLocator) -> None:
    """A reader who scrolls stays where they are until the writing goes on elsewhere."""
    written = draft.get_by_text("Paragraph 30 of")
    await put_cursor_into_line(page, "Paragraph 30 of")
    await come_to_rest(draft, "Paragraph 30 of")
    await draft.locator("body").evaluate(
        "() => { dispatchEvent(new WheelEvent('wheel')); scrollTo({top: 0, behavior: 'instant'}); }"
    )
    await page.keyboard.insert_text(" Still here.")
    await expect(written).to_contain_text("Still here.")
    await be_still(draft)
    await expect(written).not_to_be_in_viewport()
    await put_cursor_into_line(page, "Paragraph 34 of")
    await is_seen(draft.get_by_text("Paragraph 34 of"))


async def stay_where_the_reader_is(page: Page, draft: FrameLocator) -> None:
    """The panel has a switch for following."""
    await page.locator("[name=title]").focus()
    await come_to_rest(draft, "A Tide Atlas")
    await stop_following(page)
    await draft.locator("body").evaluate("() => scrollTo({top: 0, behavior: 'instant'})")
    await page.locator("[name=gallery-1-caption]").fill("Unfollowed")
    await expect(draft.get_by_text("Unfollowed")).to_be_attached()
    await be_still(draft)
    assert await draft.locator("body").evaluate("() => scrollY") == 0


class HeldFocus:
    """The way to the server, on which word of where the cursor is can be held back."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.is_holding = False

    def connect(self, socket: WebSocketRoute) -> None:
        self.server = socket.connect_to_server()
        socket.on_message(self._send)

    def _send(self, message: str | bytes) -> None:
        if self.is_holding and '"focus"' in str(message):
            self.held.append(str(message))
        else:
            self.server.send(message)

    def release(self, message: str) -> None:
        """Send a word that was held back, and hold no other."""
        self.is_holding = False
        self.server.send(message)


async def ignore_a_late_word_from_the_server(page: Page, draft: FrameLocator, focus: HeldFocus) -> None:
    """Nothing moves for it, as the panel knows where the cursor is."""
    focus.is_holding = True
    title = page.locator("[name=title]")
    await page.locator("[name=gallery-1-caption]").focus()
    await is_seen(draft.locator(".plates figcaption").nth(1))
    await title.focus()
    heading = draft.get_by_role("heading", level=1)
    await is_seen(heading)

    assert "gallery" in focus.held[0]
    await note_outlines(draft)
    focus.release(focus.held[0])
    await title.press_sequentially("!")
    await expect(heading).to_contain_text("!")
    assert "The second sheet" not in await draft.locator("body").evaluate("() => outlined.join()")


async def follow_on_another_screen_if_its_reader_chooses_to(page: Page, screen: Page) -> None:
    """The choice is that of the screen, also when it is loaded again."""
    caption = page.locator("[name=gallery-1-caption]")
    await caption.fill("The last sheet")
    seen = screen.get_by_text("The last sheet")
    await expect(seen).to_be_attached()
    await expect(seen).not_to_be_in_viewport()
    assert await screen.evaluate("scrollY") == 0

    await screen.get_by_role("button", name="View").click()
    await screen.get_by_label("Follow the writing").check()
    await caption.fill("The very last sheet")
    await is_seen(screen.get_by_text("The very last sheet"))

    await screen.reload()
    await screen.get_by_role("button", name="View").click()
    await expect(screen.get_by_label("Follow the writing")).to_be_checked()


async def test_the_panel_comes_to_where_the_author_writes_and_another_screen_if_its_reader_chooses_to(
    editor_page: Page, project: int
) -> None:
    draft = await edit_beside_panel(editor_page, project)
    await follow_the_edited_block(editor_page, draft)
    await follow_a_long_text(editor_page, draft, lines=[35])
    await stay_where_the_reader_is(editor_page, draft)
    screen = await watch_on_another_screen(editor_page, f"/preview/pages/{project}/")
    await follow_on_another_screen_if_its_reader_chooses_to(editor_page, screen)


@pytest.mark.nightly
async def test_the_panel_follows_from_any_place_to_any_other(editor_page: Page, project: int) -> None:
    focus = HeldFocus()
    await editor_page.route_web_socket(re.compile(rf"/edit/{project}/$"), focus.connect)
    draft = await edit_beside_panel(editor_page, project)
    await follow_words_without_the_cursor(editor_page, draft)
    await follow_the_edited_block(editor_page, draft)
    await follow_a_long_text(editor_page, draft, lines=[35, 5, 20])
    await ignore_a_late_word_from_the_server(editor_page, draft, focus)
    await turn_back_while_the_view_moves(editor_page, draft)
    await leave_a_reader_alone_who_scrolls_away(editor_page, draft)
