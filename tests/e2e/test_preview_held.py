"""What the reader of a screen holds stays with its paragraph while others are put in, deleted and moved."""

from playwright.async_api import Locator, Page, expect

from tests.e2e.watching import watch_on_another_screen

HELD = "Paragraph 10 of the tides, as they come and go."
BEFORE = "Paragraph 5 of the tides, as they come and go."
AFTER = "Paragraph 20 of the tides, as they come and go."
NEW = "A paragraph that is new."

# Each: the change of the Markdown text, and how the screen shows that it has arrived.
INSERTION = (f"text.replace('{BEFORE}', '{NEW}\\n\\n{BEFORE}')", f"words.includes('{NEW}')")
DELETION = (f"text.replace('{BEFORE}\\n\\n', '')", f"!words.includes('{BEFORE}')")
MOVE_DOWN = (
    f"text.replace('{HELD}\\n\\n', '').replace('{AFTER}', '{AFTER}\\n\\n{HELD}')",
    f"words.indexOf('{HELD}') > words.indexOf('{AFTER}')",
)
MOVE_UP = (
    f"text.replace('{HELD}\\n\\n', '').replace('{BEFORE}', '{HELD}\\n\\n{BEFORE}')",
    f"words.indexOf('{HELD}') < words.indexOf('{BEFORE}')",
)
CHANGES = [INSERTION, DELETION, MOVE_DOWN, MOVE_UP]
IN_ORDER = f"/{BEFORE}.*{HELD}.*{AFTER}/s.test(words) && !words.includes('{NEW}')"

SELECT = """(element, words) => {
  const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (!text.nextNode().data.includes(words)) continue;
  const start = text.currentNode.data.indexOf(words);
  getSelection().setBaseAndExtent(text.currentNode, start, text.currentNode, start + words.length);
}"""
# The button stays in the window, also where the words have gone out of it.
IS_BELOW = """(button) => {
  const { bottom } = getSelection().getRangeAt(0).getBoundingClientRect();
  const top = Math.min(Math.max(bottom + 8, 8), innerHeight - 120);
  return Math.abs(button.getBoundingClientRect().top - top) < 2;
}"""
SELECTED = """() => [String(getSelection()), getSelection().anchorNode.parentElement.textContent]"""


async def rewrite(editor_page: Page, screen: Page, change: str, arrived: str) -> None:
    """Change the Markdown text, as it was at first, and wait until the screen shows it."""
    await editor_page.evaluate(
        f"""() => {{
             const code = document.querySelector(".CodeMirror").CodeMirror;
             const text = (window.firstText ??= code.getValue());
             code.setValue({change});
           }}"""
    )
    await screen.wait_for_function(
        f"() => {{ const words = document.querySelector('.block--markdown').textContent; return {arrived}; }}"
    )


def paragraph(screen: Page, words: str) -> Locator:
    return screen.get_by_text(words, exact=True)


async def hold_a_selection_in_its_paragraph(editor_page: Page, screen: Page) -> None:
    for change, arrived in CHANGES:
        await rewrite(editor_page, screen, "text", IN_ORDER)
        await paragraph(screen, HELD).evaluate(SELECT, "come and")
        await rewrite(editor_page, screen, change, arrived)
        assert await screen.evaluate(SELECTED) == ["come and", HELD]


async def hold_the_focus_on_its_link(editor_page: Page, screen: Page) -> None:
    with_link = HELD.replace("tides", "[tides](/tides/)")
    text = f"text.replace('{HELD}', '{with_link}')"
    link = screen.locator('[href="/tides/"]')
    for change, arrived in CHANGES:
        await rewrite(editor_page, screen, text, IN_ORDER)
        await expect(link).to_have_count(1)
        await link.focus()
        await link.evaluate("link => (link.madeBefore = true)")
        await rewrite(editor_page, screen, change.replace(HELD, with_link).replace("text", text, 1), arrived)
        await expect(link).to_be_focused()
        assert await link.evaluate("link => link.madeBefore")


async def hold_opened_details(editor_page: Page, screen: Page) -> None:
    summary = screen.get_by_text("More", exact=True)
    await summary.click()
    for change, arrived in CHANGES:
        await rewrite(editor_page, screen, "text", IN_ORDER)
        await rewrite(editor_page, screen, change, arrived)
        await expect(summary).to_be_focused()
        assert await screen.evaluate("document.querySelector('details').open")


async def hold_a_note_about_to_be_left(editor_page: Page, screen: Page) -> None:
    button = screen.get_by_role("button", name="Leave a note")
    dialog = screen.get_by_role("dialog")
    for change, arrived in CHANGES:
        await rewrite(editor_page, screen, "text", IN_ORDER)
        await paragraph(screen, HELD).evaluate(SELECT, "come and")
        await expect(button).to_be_visible()
        await rewrite(editor_page, screen, change, arrived)
        await screen.wait_for_function(IS_BELOW, arg=await button.element_handle())
        await button.click()
        await dialog.get_by_label("Your note").fill("At what time?")
        await rewrite(editor_page, screen, f"{change}.replace('{AFTER}', 'Twenty.')", "words.includes('Twenty.')")
        await expect(dialog.locator("blockquote")).to_have_text("come and")
        await expect(dialog.get_by_label("Your note")).to_be_focused()
        await screen.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
    await paragraph(screen, HELD).evaluate(SELECT, "come and")
    await button.click()
    await dialog.get_by_label("Your note").fill("At what time?")
    await dialog.get_by_role("button", name="Send").click()
    await expect(screen.get_by_text("Thank you.")).to_be_visible()


async def move_a_block_with_what_is_selected_in_it(editor_page: Page, screen: Page) -> None:
    await screen.locator(".block--paragraph p").last.evaluate(SELECT, "thought")
    await editor_page.get_by_role("button", name="Move down").first.click()
    await expect(screen.locator(".block").first).to_contain_text("How it is read")
    assert await screen.evaluate("String(getSelection())") == "thought"


async def hold_the_focus_around_the_change(editor_page: Page, screen: Page) -> None:
    """The draft goes on inside the element that has the focus."""
    await screen.get_by_role("link", name="Skip to the text").press("Enter")
    await expect(screen.locator("main")).to_be_focused()
    await editor_page.locator("[name=introduction]").fill("On it goes.")
    await editor_page.get_by_role("button", name="Move down").first.click()
    await expect(screen.locator(".block").first).to_contain_text("The first words of the tide.")
    await expect(screen.locator(".standfirst")).to_have_text("On it goes.")
    await expect(screen.locator("main")).to_be_focused()


async def test_what_the_reader_holds_stays(editor_page: Page, project: int) -> None:
    await editor_page.goto(f"/admin/pages/{project}/edit/")
    # Each step begins with the same text.
    await editor_page.locator("#page-edit-form").evaluate(
        "form => form.setAttribute('data-w-autosave-active-value', 'false')"
    )
    screen = await watch_on_another_screen(editor_page, f"/preview/pages/{project}/")
    await editor_page.locator("[name=introduction]").fill("Here we go.")
    await expect(screen.locator(".standfirst")).to_have_text("Here we go.")
    # A tab in the background gets one frame a second, and a click waits for frames.
    await screen.bring_to_front()
    await hold_a_selection_in_its_paragraph(editor_page, screen)
    await hold_the_focus_on_its_link(editor_page, screen)
    await hold_opened_details(editor_page, screen)
    await hold_a_note_about_to_be_left(editor_page, screen)
    await move_a_block_with_what_is_selected_in_it(editor_page, screen)
    await hold_the_focus_around_the_change(editor_page, screen)
