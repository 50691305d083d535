"""What a bin in the page editor deletes can be put back for ten seconds, with everything in it."""

import re
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from tests.e2e.accessibility import SCREENS
from tests.e2e.conftest import Watch
from tests.e2e.editing import open_saved_post, type_markdown, type_paragraph, until_autosave_notices, until_saved
from tests.e2e.test_notes import leave_note, saved_post
from tests.e2e.test_signing_in import Database
from tests.e2e.watching import edit_beside_panel
from tests.running_site import RunningSite

# Without it, a slow machine could take longer than the ten seconds to press the button.
NO_HURRY = """{
  const { setTimeout } = window;
  const last = (time) => time !== 10_000 || window.isInHurry ? time : window.isOver ? 0 : 1e8;
  window.setTimeout = (run, time, ...rest) => setTimeout(run, last(time), ...rest);
}"""
TITLES = """() => [...document.querySelectorAll("#body-root > div > [data-streamfield-child] > input[name$='-type']")]
    .map((input) => [Number(input.form.elements[input.name.replace(/-type$/, "-order")].value), input])
    .filter(([, { name, form }]) => !form.elements[name.replace(/-type$/, "-deleted")].value)
    .sort(([a], [b]) => a - b).map(([, { value }]) => value)"""


@pytest_asyncio.fixture(loop_scope="session")
async def editor(editor_page: Page, watch: Watch) -> Page:
    """An editor for whom the ten seconds don't pass."""
    watch.expect_error("400")  # autosave refuses what isn't valid yet
    await editor_page.add_init_script(NO_HURRY)
    return editor_page


def message(page: Page) -> Locator:
    return page.locator("[data-undo-deletion]")


def undo(page: Page) -> Locator:
    return message(page).get_by_role("button", name="Undo")


def block(page: Page, kind: str) -> Locator:
    """Return the block of a kind in the body."""
    return page.locator(f'#body-root > div > [data-streamfield-child]:has(> input[name$="-type"][value="{kind}"])')


def toggle(part: Locator) -> Locator:
    return part.locator("[data-panel-toggle]").first


def bin_of(part: Locator) -> Locator:
    return part.get_by_role("button", name="Delete", exact=True).first


async def kinds(page: Page) -> list[str]:
    """Return the kinds of the blocks that the form will submit, in their order."""
    found: list[str] = await page.evaluate(TITLES)
    return found


@pytest.mark.nightly
async def test_what_is_deleted_comes_back_with_all_in_it_in_form_and_preview(editor: Page, project: int) -> None:
    draft = await edit_beside_panel(editor, project)
    await until_autosave_notices(editor)
    before = await kinds(editor)
    quote = block(editor, "pull_quote")
    block_id = await quote.get_attribute("data-contentpath")
    await quote.locator("textarea").first.fill("Time and tide wait for nobody.")
    words = draft.get_by_text("Time and tide wait for nobody.")
    await expect(words).to_be_attached()
    await bin_of(quote).click()
    await expect(words).to_have_count(0)
    await until_saved(editor)
    await undo(editor).click()
    await expect(words).to_be_attached()

    await empty_a_list_and_fill_it_again(editor)
    await undo_one_after_the_other(editor)
    await undo_a_row_whose_deletion_was_saved(editor)

    await editor.reload()
    assert await kinds(editor) == before
    assert await quote.get_attribute("data-contentpath") == block_id
    await expect(quote.locator("textarea").first).to_have_value("Time and tide wait for nobody.")
    captions = pictures(editor).locator('input[name$="-caption"]')
    await expect(captions.first).to_have_value("Lower water")
    await expect(captions.last).to_have_value("High water")
    await expect(editor.locator("#id_gallery-FORMS > [data-inline-panel-child]")).to_have_count(2)
    await expect(editor.locator('[name="gallery-0-caption"]')).to_have_value("The very first sheet")


async def test_what_is_deleted_comes_back_as_it_was_until_its_time_is_over(editor: Page, project: int) -> None:
    await editor.goto(f"/admin/pages/{project}/edit/")
    await until_autosave_notices(editor)
    before = await kinds(editor)
    quote = block(editor, "pull_quote")
    await quote.locator("textarea").first.fill("Time and tide wait for nobody.")
    await undo_by_the_button(editor)
    await undo_one_after_the_other(editor)
    await undo_and_move_a_text(editor)
    await undo_a_row_whose_deletion_was_saved(editor)
    assert await kinds(editor) == before
    await expect(quote.locator("textarea").first).to_have_value("Time and tide wait for nobody.")

    await editor.evaluate("window.isOver = true")
    await bin_of(quote).click()
    await editor.mouse.move(0, 0)
    await expect(message(editor).get_by_role("status")).to_be_empty()
    await expect(undo(editor)).to_be_hidden()
    await until_saved(editor)
    before.remove("pull_quote")
    assert await kinds(editor) == before


async def undo_by_the_button(editor: Page) -> None:
    """The block is there again as it was, and closed as it was."""
    quote = block(editor, "pull_quote")
    await toggle(quote).click()
    await bin_of(quote).click()
    await expect(message(editor).get_by_role("status")).to_contain_text("Block deleted: Pull quote “Time and tide")
    # The block that stands there now.
    await expect(toggle(block(editor, "callout"))).to_be_focused()
    await look_at_message_with_axe(editor)
    await reach_the_buttons_on_a_phone(editor)
    await until_saved(editor)

    await undo(editor).click()
    await expect(quote).to_be_visible()
    await expect(toggle(quote)).to_be_focused()
    await expect(toggle(quote)).to_have_attribute("aria-expanded", "false")
    await expect(message(editor).get_by_role("status")).to_be_empty()
    await expect(undo(editor)).to_be_hidden()


async def look_at_message_with_axe(editor: Page) -> None:
    before = await editor.evaluate("document.documentElement.className")
    for scheme in ("light", "dark"):
        await editor.evaluate("scheme => document.documentElement.className = `w-theme-${scheme}`", scheme)
        found = await Axe().run(editor, context={"include": ["[data-undo-deletion]"]})
        assert [violation["id"] for violation in found.response["violations"]] == []
    await editor.evaluate("before => document.documentElement.className = before", before)


async def reach_the_buttons_on_a_phone(editor: Page) -> None:
    """They are in view, however long the text is, and neither the message nor the footer covers the other."""
    await editor.set_viewport_size(SCREENS["phone"])
    for button in (undo(editor), editor.get_by_role("button", name="Publish", exact=True)):
        await expect(button).to_be_in_viewport(ratio=1)
        await button.click(trial=True)
    await editor.set_viewport_size(SCREENS["desk"])


def pictures(page: Page) -> Locator:
    """Return the list in the block with a gallery."""
    return block(page, "gallery").locator('[data-contentpath="pictures"]')


async def empty_a_list_and_fill_it_again(editor: Page) -> None:
    """The list asks for one picture at least."""
    items = pictures(editor).locator("[data-streamfield-child]")
    for item in await items.all():
        await bin_of(item).click()
    await expect(pictures(editor).get_by_text("The minimum number of items is 1")).to_be_visible()
    await expect(pictures(editor).locator("[data-streamfield-list-add]:not([aria-hidden])")).to_be_focused()
    await undo(editor).click()
    await expect(items.last).to_be_visible()
    await expect(pictures(editor).get_by_text("The minimum number of items is 1")).to_have_count(0)
    await expect(items.last.get_by_role("button", name="Move up")).to_be_disabled()
    await undo(editor).click()
    await expect(items.last.get_by_role("button", name="Move up")).to_be_enabled()
    await expect(items.first.get_by_role("button", name="Move down")).to_be_enabled()


async def undo_one_after_the_other(editor: Page) -> None:
    """Delete a part of a block, and then the block."""
    gallery = block(editor, "gallery")
    items = pictures(editor).locator("[data-streamfield-child]")
    await items.locator('input[name$="-caption"]').first.fill("Lower water")
    await bin_of(items.first).click()
    await expect(items.first).to_be_hidden()
    await bin_of(gallery).click()
    await expect(gallery).to_be_hidden()
    await expect(message(editor).get_by_role("status")).to_contain_text("(and 1 before)")
    await until_saved(editor)

    await undo(editor).click()
    await expect(gallery).to_be_visible()
    await expect(items.first).to_be_hidden()
    await expect(message(editor).get_by_role("status")).not_to_contain_text("before")
    await undo(editor).click()
    await expect(items.first).to_be_visible()
    await expect(toggle(items.first)).to_be_focused()


async def undo_and_move_a_text(editor: Page) -> None:
    """The editor of the text is the one that it was: another would replace what was typed in it."""
    text = block(editor, "markdown").first
    await write_at_end(text, " Before.")
    await bin_of(text).click()
    await undo(editor).click()
    for direction in ("Move up", "Move down"):
        await text.get_by_role("button", name=direction).first.click()
        await write_at_end(text, f" {direction}.")
    await expect(text.locator(".CodeMirror")).to_have_count(1)
    await expect(text.locator("textarea[name]")).to_have_value(re.compile(r"Before\. Move up\. Move down\.$"))
    await until_saved(editor)


async def write_at_end(text: Locator, words: str) -> None:
    await text.locator(".CodeMirror").last.click()
    await text.page.keyboard.press("Control+End")
    await text.page.keyboard.type(words)


async def undo_a_row_whose_deletion_was_saved(editor: Page) -> None:
    rows = editor.locator("#id_gallery-FORMS > [data-inline-panel-child]")
    await editor.locator('[name="gallery-0-caption"]').fill("The very first sheet")
    await bin_of(rows.first).click()
    await expect(message(editor).get_by_role("status")).to_have_text("Row deleted: Picture 1")
    await expect(toggle(rows.last)).to_be_focused()
    await expect(rows.last.locator("[data-inline-panel-child-count]")).to_have_text("1")
    await until_saved(editor)

    await undo(editor).click()
    await expect(toggle(rows.first)).to_be_focused()
    await expect(rows.first.locator("[data-inline-panel-child-count]")).to_have_text("1")
    await expect(rows.last.locator("[data-inline-panel-child-count]")).to_have_text("2")
    await expect(rows.last.get_by_role("button", name="Move up")).to_be_enabled()
    await until_saved(editor)


@pytest.mark.nightly
async def test_the_keyboard_is_enough_and_a_deletion_becomes_final(editor: Page) -> None:
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    await editor.clock.install(time=start)
    await open_saved_post(editor, "By keys", "Some words.")
    await type_paragraph(editor, "Other words.")
    await undo_by_keys(editor)
    await let_ten_seconds_pass(editor, start)
    await delete_without_wagtails_objects(editor)


async def undo_by_keys(editor: Page) -> None:
    await bin_of(block(editor, "paragraph")).press("Enter")
    await expect(undo(editor)).to_be_focused()
    # On from the message to what stands where the block was.
    await editor.keyboard.press("Tab")
    await editor.keyboard.press("Tab")
    await expect(toggle(block(editor, "markdown"))).to_be_focused()

    # A text undoes its own changes.
    title = editor.get_by_role("textbox", name="Title*")
    await title.press("End")
    await title.press("s")
    await title.press("Control+z")
    await expect(title).to_have_value("By keys")
    assert await kinds(editor) == ["markdown"]

    await toggle(block(editor, "markdown")).press("Control+z")
    await expect(toggle(block(editor, "paragraph"))).to_be_focused()
    await expect(block(editor, "paragraph").get_by_text("Other words.")).to_be_visible()
    assert await kinds(editor) == ["markdown", "paragraph"]

    await bin_of(block(editor, "paragraph")).press("Enter")
    await undo(editor).press("Enter")
    assert await kinds(editor) == ["markdown", "paragraph"]
    # Nothing is left to undo.
    await editor.keyboard.press("Control+z")
    await bin_of(block(editor, "markdown")).press("Enter")
    await editor.keyboard.press("Escape")
    await expect(message(editor).get_by_role("status")).to_be_empty()
    await expect(toggle(block(editor, "paragraph"))).to_be_focused()


async def let_ten_seconds_pass(editor: Page, start: datetime) -> None:
    """They pass only while nobody is about to press the button."""
    await type_markdown(editor, "Last words.")
    await until_saved(editor)
    await editor.evaluate("window.isInHurry = true")
    await editor.clock.pause_at(start.replace(hour=13))
    status = message(editor).get_by_role("status")
    await bin_of(block(editor, "paragraph")).click()
    await editor.clock.run_for(9_900)
    await expect(status).to_contain_text("Block deleted")
    await undo(editor).hover()
    await editor.clock.run_for(60_000)
    await expect(status).to_contain_text("Block deleted")
    await undo(editor).focus()
    await editor.mouse.move(0, 0)
    await editor.clock.run_for(60_000)
    await expect(status).to_contain_text("Block deleted")
    await editor.get_by_role("textbox", name="Title*").focus()
    await editor.clock.run_for(9_900)
    await expect(status).to_contain_text("Block deleted")
    await editor.clock.run_for(200)
    await expect(status).to_be_empty()
    await editor.clock.resume()


async def delete_without_wagtails_objects(editor: Page) -> None:
    """A bin deletes as ever, and nothing is offered."""
    last = block(editor, "markdown").last
    await editor.evaluate("delete document.getElementById('body-root').rootBlock")
    await bin_of(last).click()
    await expect(last).to_be_hidden()
    await expect(message(editor).get_by_role("status")).to_be_empty()
    await until_saved(editor)
    await expect(editor).to_have_url(re.compile("/edit/"))


@pytest.mark.nightly
async def test_a_comment_on_the_block_stays_with_it(editor: Page, server: RunningSite) -> None:
    number = await saved_post(editor, "Commented", "A *galley proof* is corrected.")
    screen = await editor.context.new_page()
    await screen.goto(f"/preview/pages/{number}/")
    await leave_note(screen, screen.locator("main em"), "In one word?")
    await screen.close()
    store = (
        "[...comments.commentApp.store.getState().comments.comments.values()].map((c) => [c.contentpath, c.resolved])"
    )
    await editor.wait_for_function(f"{store}.length === 1")
    [[path, _]] = await editor.evaluate(store)
    database = Database(server)
    stored = "SELECT contentpath, resolved_at IS NOT NULL FROM wagtailcore_comment WHERE page_id = ?"

    await bin_of(block(editor, "markdown")).click()
    await editor.wait_for_function(f"{store}[0]?.[0] === 'body'")
    await until_saved(editor)
    await undo(editor).click()
    await until_saved(editor)
    assert await editor.evaluate(store) == [[path, False]]
    assert database.run(stored, number) == [(path, 0)]

    # A deletion that is final resolves it, as Wagtail does.
    await editor.reload()
    await until_autosave_notices(editor)
    assert await editor.evaluate(store) == [[path, False]]
    await bin_of(block(editor, "markdown")).click()
    await message(editor).get_by_role("button", name="Close").click()
    await until_saved(editor)
    [(_, is_resolved)] = database.run(stored, number)
    assert is_resolved
