"""The preview comes to where the author writes; other screens only if their reader wishes."""

import re

from playwright.async_api import Locator, Page, WebSocketRoute, expect

from tests.e2e.watching import (
    come_to_rest,
    edit_beside_panel,
    note_outlines,
    stop_following,
    was_led_to,
    watch_on_another_screen,
)

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


async def test_the_edited_block_comes_into_view_with_an_outline(editor_page: Page, project: int) -> None:
    draft = await edit_beside_panel(editor_page, project)
    gallery = draft.locator(".plates figcaption").nth(1)
    await expect(gallery).not_to_be_in_viewport()
    await note_outlines(draft)
    await editor_page.locator("[name=gallery-1-caption]").focus()
    await is_seen(gallery)
    await editor_page.locator("[name=title]").focus()
    await is_seen(draft.get_by_role("heading", level=1))
    outlined = await draft.locator("body").evaluate("() => outlined")
    assert [words.strip() for words in outlined] == ["The second sheet", "A Tide Atlas"]


async def test_a_long_text_is_followed_line_by_line(editor_page: Page, project: int) -> None:
    draft = await edit_beside_panel(editor_page, project)
    await note_outlines(draft)
    for number in (35, 5, 20):
        await put_cursor_into_line(editor_page, f"Paragraph {number} of")
        await is_seen(draft.get_by_text(f"Paragraph {number} of"))
        # At the end of its line the cursor is still in this paragraph, and not in the next.
        await was_led_to(draft, f"Paragraph {number} of")
    await editor_page.keyboard.insert_text("\n\nA new paragraph.")
    await is_seen(draft.get_by_text("A new paragraph."))


async def test_a_new_paragraph_is_followed_without_the_cursor(editor_page: Page, project: int) -> None:
    draft = await edit_beside_panel(editor_page, project)
    await expect(draft.get_by_text("Paragraph 30 of")).not_to_be_in_viewport()
    # As somebody else's words arrive, or one's own before the cursor's position.
    await editor_page.evaluate(
        """() => {
             const code = document.querySelector(".CodeMirror").CodeMirror;
             const line = code.getValue().split("\\n").findIndex((line) => line.includes("Paragraph 30 of"));
             code.replaceRange("A new paragraph.\\n\\n", { line, ch: 0 });
           }"""
    )
    await is_seen(draft.get_by_text("A new paragraph."))


async def test_who_turns_back_while_the_view_is_on_its_way_elsewhere_takes_it_along(
    editor_page: Page, project: int
) -> None:
    draft = await edit_beside_panel(editor_page, project)
    await note_outlines(draft)
    await put_cursor_into_line(editor_page, "Paragraph 35 of")
    await come_to_rest(draft, "Paragraph 35 of")
    await is_seen(draft.get_by_text("Paragraph 35 of"))
    await draft.locator("body").evaluate(NOTE_MOVE)
    await editor_page.locator("[name=title]").focus()
    await draft.locator("body").evaluate("() => moves")
    # The view passes it by just then.
    await put_cursor_into_line(editor_page, "Paragraph 26 of")
    await come_to_rest(draft, "Paragraph 26 of")
    await is_seen(draft.get_by_text("Paragraph 26 of"))


async def test_a_late_word_from_the_server_moves_nothing_where_the_cursor_is_known(
    editor_page: Page, project: int
) -> None:
    held: list[str] = []
    sockets: list[WebSocketRoute] = []

    def hold_focus(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        sockets.append(server)
        socket.on_message(lambda told: held.append(told) if '"focus"' in told else server.send(told))

    await editor_page.route_web_socket(re.compile(rf"/edit/{project}/$"), hold_focus)
    draft = await edit_beside_panel(editor_page, project)
    title = editor_page.locator("[name=title]")
    await editor_page.locator("[name=gallery-1-caption]").focus()
    await is_seen(draft.locator(".plates figcaption").nth(1))
    await title.focus()
    heading = draft.get_by_role("heading", level=1)
    await is_seen(heading)

    assert "gallery" in held[0]
    await note_outlines(draft)
    sockets[-1].send(held[0])
    await title.press_sequentially("!")
    await expect(heading).to_contain_text("!")
    assert "The second sheet" not in await draft.locator("body").evaluate("() => outlined.join()")


async def test_a_reader_who_scrolls_away_is_left_alone_until_the_writing_goes_on_elsewhere(
    editor_page: Page, project: int
) -> None:
    draft = await edit_beside_panel(editor_page, project)
    written = draft.get_by_text("Paragraph 30 of")
    await put_cursor_into_line(editor_page, "Paragraph 30 of")
    await is_seen(written)
    await draft.locator("body").evaluate(
        "() => { dispatchEvent(new WheelEvent('wheel')); scrollTo({top: 0, behavior: 'instant'}); }"
    )
    await editor_page.keyboard.insert_text(" Still here.")
    await expect(written).to_contain_text("Still here.")
    await expect(written).not_to_be_in_viewport()
    await put_cursor_into_line(editor_page, "Paragraph 34 of")
    await is_seen(draft.get_by_text("Paragraph 34 of"))


async def test_another_screen_follows_only_if_its_reader_chooses_to(editor_page: Page, project: int) -> None:
    screen = await watch_on_another_screen(editor_page, f"/preview/pages/{project}/")
    await editor_page.goto(f"/admin/pages/{project}/edit/")
    caption = editor_page.locator("[name=gallery-1-caption]")
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


async def test_the_panel_can_be_told_not_to_follow(editor_page: Page, project: int) -> None:
    draft = await edit_beside_panel(editor_page, project)
    await stop_following(editor_page)
    await editor_page.locator("[name=gallery-1-caption]").fill("Unfollowed")
    await expect(draft.get_by_text("Unfollowed")).to_be_attached()
    assert await draft.locator("body").evaluate("() => scrollY") == 0
