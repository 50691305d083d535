"""Two people write in one page at the same time. Nothing of either is lost, and they decide what differs."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import log_in, open_saved_post, type_paragraph, until_autosave_notices, until_saved, use_colours
from tests.e2e.test_history import SCREENS, saves
from tests.e2e.test_signing_in import ADD_USER, LET_IN, OTHER, Database
from tests.running_site import EDITOR, EDITOR_PASSWORD, RunningSite


async def type_at_the_end(page: Page, text: str) -> None:
    """Type at the end of the Markdown block."""
    await page.locator(".CodeMirror").last.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(text)


@pytest.fixture
def other_editor(server: RunningSite) -> str:
    Database(server).run(f"{ADD_USER} ON CONFLICT DO UPDATE SET is_superuser = 1", OTHER, 1, EDITOR)
    return OTHER


async def test_what_comes_later_is_merged(
    editor_page: Page, other_editor: str, browser: Browser, server: RunningSite, watch: Watch
) -> None:
    watch.expect_error("400")  # autosave is refused
    await open_saved_post(editor_page, "Shared work", "Opened.")
    await until_saved(editor_page)
    late_page = await (await browser.new_context(base_url=server.url)).new_page()
    await log_in(late_page, other_editor, EDITOR_PASSWORD)
    await late_page.goto(editor_page.url)
    await until_autosave_notices(late_page)

    await editor_page.get_by_role("textbox", name="Title*").fill("Shared work, with a new title")
    await type_at_the_end(editor_page, " And the first.")
    await until_saved(editor_page)
    async with late_page.expect_response(saves("And the second.")):
        await type_at_the_end(late_page, " And the second.")
    await expect(late_page.locator("#w-autosave-indicator")).to_contain_text("Autosave is paused")
    await late_page.get_by_role("button", name="Save draft").click()
    await late_page.wait_for_url("**/merge/")

    await expect(late_page.get_by_role("heading", name="Two versions of this page")).to_be_visible()
    await expect(late_page.get_by_role("group", name="Body, Markdown", exact=True)).to_contain_text("And the first.")
    await late_page.get_by_text("changes are taken").click()
    for size in SCREENS.values():
        await late_page.set_viewport_size(size)
        for colours in ("light", "dark"):
            await use_colours(late_page, colours)
            results = await Axe().run(late_page, context="#main", options={"resultTypes": ["violations"]})
            assert results.violations_count == 0, results.generate_report()
    both = late_page.get_by_label("Take both, the current draft’s first")
    await expect(both.first).to_be_checked()
    await late_page.get_by_role("button", name="Use this version").press("Enter")

    await late_page.wait_for_url("**/edit/")
    await expect(late_page.locator(".messages")).to_contain_text("This draft is made of both versions.")
    await expect(late_page.get_by_role("textbox", name="Title*")).to_have_value("Shared work, with a new title")
    await expect(late_page.locator(".CodeMirror")).to_contain_text("Opened. And the first.")
    await expect(late_page.locator(".CodeMirror")).to_contain_text("Opened. And the second.")


async def test_a_page_that_was_deleted_meanwhile_keeps_its_text_on_the_screen(editor_page: Page, watch: Watch) -> None:
    watch.expect_error("404")
    await open_saved_post(editor_page, "Deleted by somebody", "Some words.")
    await until_saved(editor_page)
    other_tab = await editor_page.context.new_page()
    await other_tab.goto(editor_page.url.replace("/edit/", "/delete/"))
    await other_tab.get_by_role("button", name="Yes, delete it").click()
    await expect(other_tab.locator(".messages")).to_contain_text("deleted")
    await editor_page.get_by_role("button", name="Save draft").click()
    await expect(editor_page.locator(".footer__save-warning")).to_contain_text("This page has been deleted")
    await expect(editor_page.locator(".CodeMirror")).to_contain_text("Some words.")
    assert await copied(editor_page) == ["Deleted by somebody", "Some words."]


async def copied(page: Page) -> list[str]:
    """Copy the text, and return it from the clipboard."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy the text").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    text: str = await page.evaluate("navigator.clipboard.readText()")
    return text.split("\n\n")


async def test_somebody_who_may_not_edit_any_more_is_told_so_and_copies_the_text(
    browser: Browser, other_editor: str, server: RunningSite, watch: Watch
) -> None:
    watch.expect_error("404")
    page = await (await browser.new_context(base_url=server.url)).new_page()
    await log_in(page, other_editor, EDITOR_PASSWORD)
    await open_saved_post(page, "No longer theirs", "Some words.")
    await type_paragraph(page, "A paragraph.")
    await until_saved(page)
    Database(server).run("UPDATE auth_user SET is_superuser = 0 WHERE username = ?", other_editor)
    Database(server).run(LET_IN, other_editor)
    await page.keyboard.type(" More.")
    await expect(page.locator(".footer__save-warning")).to_contain_text("you may not edit it any more")
    # Neither the open minimap nor a side panel covers the button.
    await page.get_by_role("button", name="Toggle side panel").click()
    await page.locator("[data-side-panel-toggle=status]").click()
    assert {"Some words.", "A paragraph. More."} <= set(await copied(page))
