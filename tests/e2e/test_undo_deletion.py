"""What a bin in the page editor deletes can be put back for ten seconds, with everything in it."""

import re
from datetime import UTC, datetime

import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import open_saved_post, type_markdown, type_paragraph, until_autosave_notices, until_saved
from tests.e2e.test_notes import leave_note, saved_post
from tests.e2e.watching import edit_beside_panel

# Without it, a slow machine could take longer than the ten seconds to press the button.
NO_HURRY = """{
  const { setTimeout } = window;
  window.setTimeout = (run, time, ...rest) => setTimeout(run, time === 10_000 ? 1e8 : time, ...rest);
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


async def open_project(page: Page, project: int) -> None:
    """Open the project, and wait until its changes are autosaved."""
    await page.goto(f"/admin/pages/{project}/edit/")
    await until_autosave_notices(page)


async def kinds(page: Page) -> list[str]:
    """Return the kinds of the blocks that the form will submit, in their order."""
    found: list[str] = await page.evaluate(TITLES)
    return found


async def test_a_block_comes_back_as_it_was_and_the_preview_follows(editor: Page, project: int) -> None:
    draft = await edit_beside_panel(editor, project)
    await until_autosave_notices(editor)
    before = await kinds(editor)
    quote = block(editor, "pull_quote")
    block_id = await quote.get_attribute("data-contentpath")
    await quote.locator("textarea").first.fill("Time and tide wait for nobody.")
    await expect(draft.get_by_text("Time and tide wait for nobody.")).to_be_attached()
    await toggle(quote).click()

    await bin_of(quote).click()
    await expect(message(editor).get_by_role("status")).to_contain_text("Block deleted: Pull quote “Time and tide")
    # The block that stands there now.
    await expect(toggle(block(editor, "callout"))).to_be_focused()
    await expect(draft.get_by_text("Time and tide wait for nobody.")).to_have_count(0)
    await until_saved(editor)

    await undo(editor).click()
    await expect(quote).to_be_visible()
    await expect(toggle(quote)).to_be_focused()
    await expect(toggle(quote)).to_have_attribute("aria-expanded", "false")
    await expect(message(editor).get_by_role("status")).to_be_empty()
    await expect(undo(editor)).to_be_hidden()
    await expect(draft.get_by_text("Time and tide wait for nobody.")).to_be_attached()
    assert await kinds(editor) == before
    await until_saved(editor)

    await editor.reload()
    assert await kinds(editor) == before
    assert await quote.get_attribute("data-contentpath") == block_id
    await expect(quote.locator("textarea").first).to_have_value("Time and tide wait for nobody.")


async def test_the_keyboard_is_enough(editor: Page) -> None:
    await open_saved_post(editor, "By keys", "Some words.")
    await type_paragraph(editor, "Other words.")
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


async def test_deletions_in_and_of_a_block_are_undone_one_after_the_other(editor: Page, project: int) -> None:
    await open_project(editor, project)
    gallery = block(editor, "gallery")
    items = gallery.locator('[data-contentpath="pictures"] [data-streamfield-child]')
    captions = items.locator('input[name$="-caption"]')
    await captions.first.fill("Lower water")
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
    await until_saved(editor)
    await editor.reload()
    await expect(captions.first).to_have_value("Lower water")
    await expect(captions.last).to_have_value("High water")


async def test_the_only_item_comes_back_and_its_list_counts_again(editor: Page, project: int) -> None:
    """The list asks for one picture at least."""
    await open_project(editor, project)
    pictures = block(editor, "gallery").locator('[data-contentpath="pictures"]')
    items = pictures.locator("[data-streamfield-child]")
    for item in await items.all():
        await bin_of(item).click()
    await expect(pictures.get_by_text("The minimum number of items is 1")).to_be_visible()
    await expect(pictures.locator("[data-streamfield-list-add]:not([aria-hidden])")).to_be_focused()
    await undo(editor).click()
    await expect(items.last).to_be_visible()
    await expect(pictures.get_by_text("The minimum number of items is 1")).to_have_count(0)
    await expect(items.last.get_by_role("button", name="Move up")).to_be_disabled()
    await undo(editor).click()
    await expect(items.last.get_by_role("button", name="Move up")).to_be_enabled()
    await expect(items.first.get_by_role("button", name="Move down")).to_be_enabled()
    # A version that arrives later would overtake the next test's.
    await until_saved(editor)


async def test_a_row_comes_back_though_its_deletion_was_saved(editor: Page, project: int) -> None:
    await open_project(editor, project)
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
    await editor.reload()
    await expect(rows).to_have_count(2)
    await expect(editor.locator('[name="gallery-0-caption"]')).to_have_value("The very first sheet")


async def test_a_comment_on_the_block_stays_with_it(editor: Page) -> None:
    number = await saved_post(editor, "Commented", "A *galley proof* is corrected.")
    screen = await editor.context.new_page()
    await screen.goto(f"/preview/pages/{number}/")
    await leave_note(screen, screen.locator("main em"), "In one word?")
    await editor.bring_to_front()
    store = (
        "[...comments.commentApp.store.getState().comments.comments.values()].map((c) => [c.contentpath, c.resolved])"
    )
    await editor.wait_for_function(f"{store}.length === 1")
    [[path, _]] = await editor.evaluate(store)

    await bin_of(block(editor, "markdown")).click()
    await editor.wait_for_function(f"{store}[0]?.[0] === 'body'")
    await until_saved(editor)
    await undo(editor).click()
    await until_saved(editor)
    assert await editor.evaluate(store) == [[path, False]]

    await editor.reload()
    await until_autosave_notices(editor)
    assert await editor.evaluate(store) == [[path, False]]
    # A deletion that is final resolves it, as Wagtail does.
    await bin_of(block(editor, "markdown")).click()
    await message(editor).get_by_role("button", name="Close").click()
    await until_saved(editor)
    await editor.reload()
    assert await editor.evaluate(store) == []


async def test_ten_seconds_pass_only_while_nobody_is_about_to_press(editor_page: Page, project: int) -> None:
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    await editor_page.clock.install(time=start)
    await editor_page.goto(f"/admin/pages/{project}/edit/")
    await expect(message(editor_page)).to_be_attached()
    await editor_page.clock.pause_at(start.replace(hour=13))
    status = message(editor_page).get_by_role("status")
    await bin_of(block(editor_page, "callout")).click()
    await editor_page.clock.run_for(9_900)
    await expect(status).to_contain_text("Block deleted")
    await undo(editor_page).hover()
    await editor_page.clock.run_for(60_000)
    await expect(status).to_contain_text("Block deleted")
    await undo(editor_page).focus()
    await editor_page.mouse.move(0, 0)
    await editor_page.clock.run_for(60_000)
    await expect(status).to_contain_text("Block deleted")
    await toggle(block(editor_page, "code")).focus()
    await editor_page.clock.run_for(9_900)
    await expect(status).to_contain_text("Block deleted")
    await editor_page.clock.run_for(200)
    await expect(status).to_be_empty()


async def test_the_message_is_accessible(editor: Page, project: int) -> None:
    await open_project(editor, project)
    await bin_of(block(editor, "heading")).click()
    await expect(undo(editor)).to_be_visible()
    for scheme in ("light", "dark"):
        await editor.evaluate("scheme => document.documentElement.className = `w-theme-${scheme}`", scheme)
        found = await Axe().run(editor, context={"include": ["[data-undo-deletion]"]})
        assert [violation["id"] for violation in found.response["violations"]] == []


async def test_without_wagtails_objects_a_bin_deletes_as_ever(editor: Page) -> None:
    await open_saved_post(editor, "Elsewhere", "Some words.")
    await type_markdown(editor, "Other words.")
    await editor.evaluate("delete document.getElementById('body-root').rootBlock")
    await bin_of(block(editor, "markdown").first).click()
    await expect(block(editor, "markdown").first).to_be_hidden()
    await expect(message(editor).get_by_role("status")).to_be_empty()
    await until_saved(editor)
    await expect(editor).to_have_url(re.compile("/edit/"))
