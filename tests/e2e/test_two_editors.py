"""Two people write in one page at the same time. Nothing of either is lost, and they decide what differs."""

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.accessibility import View, assert_accessible
from tests.e2e.conftest import Watch
from tests.e2e.editing import log_in, open_saved_post, saves, type_paragraph, until_autosave_notices, until_saved
from tests.e2e.test_signing_in import ADD_USER, LET_IN, OTHER, Database
from tests.e2e.test_site_settings import SETTINGS
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


@pytest_asyncio.fixture(loop_scope="session")
async def late_page(editor_page: Page, other_editor: str, browser: Browser, server: RunningSite) -> Page:
    """The page of the other editor, who has opened the post that the first has just begun."""
    await open_saved_post(editor_page, "Shared work", "Opened.")
    await until_saved(editor_page)
    late_page = await (await browser.new_context(base_url=server.url)).new_page()
    await log_in(late_page, other_editor, EDITOR_PASSWORD)
    await late_page.goto(editor_page.url)
    await until_autosave_notices(late_page)
    return late_page


async def test_two_people_write_in_a_page_and_merge_what_differs_until_it_is_deleted(
    editor_page: Page, late_page: Page, watch: Watch
) -> None:
    watch.expect_error("400")  # autosave is refused
    await write_at_the_same_time(editor_page, late_page)
    await open_both_versions(late_page)
    await take_both(late_page)
    watch.expect_error("404")
    await save_what_was_deleted_meanwhile(editor_page)


# By day: the page was deleted, which the script can't tell from this.
@pytest.mark.nightly
async def test_two_people_write_in_a_page_until_one_may_not(
    editor_page: Page, late_page: Page, other_editor: str, server: RunningSite, watch: Watch, views: list[View]
) -> None:
    watch.expect_error("400")  # autosave is refused
    await write_at_the_same_time(editor_page, late_page)
    await open_both_versions(late_page)
    await assert_accessible(late_page, views, where="#main")
    await take_both(late_page)

    watch.expect_error("404")
    await type_paragraph(late_page, "A paragraph.")
    await until_saved(late_page)
    Database(server).run("UPDATE auth_user SET is_superuser = 0 WHERE username = ?", other_editor)
    Database(server).run(LET_IN, other_editor)
    await save_what_one_may_not_edit_any_more(late_page)


STORED = """(isStored) => new Promise((resolve) => {
    const opening = indexedDB.open("unsaved-forms");
    opening.onsuccess = () => {
        const counting = opening.result.transaction("forms").objectStore("forms").count();
        counting.onsuccess = () => resolve(counting.result > 0 === isStored);
        opening.result.close();
    };
})"""


async def write_at_the_same_time(page: Page, late_page: Page) -> None:
    await page.get_by_role("textbox", name="Title*").fill("Shared work, with a new title")
    await type_at_the_end(page, " And the first.")
    await until_saved(page)
    async with late_page.expect_response(saves("And the second.")):
        await type_at_the_end(late_page, " And the second.")
    await expect(late_page.locator("#w-autosave-indicator")).to_contain_text("Autosave is paused")


async def open_both_versions(page: Page) -> None:
    await page.wait_for_function(STORED, arg=True)
    await page.get_by_role("button", name="Save draft").click()
    await page.wait_for_url("**/merge/")
    await expect(page.get_by_role("heading", name="Two versions of this page")).to_be_visible()
    # The words are in the history now, and aren't offered as lost when the page is opened again.
    await page.wait_for_function(STORED, arg=False)
    await expect(page.get_by_role("group", name="Body, Markdown", exact=True)).to_contain_text("And the first.")
    await page.get_by_text("changes are taken").click()


async def take_both(page: Page) -> None:
    await expect(page.get_by_label("Take both, the current draft’s first").first).to_be_checked()
    await page.get_by_role("button", name="Use this version").press("Enter")

    await page.wait_for_url("**/edit/")
    await expect(page.locator(".messages")).to_contain_text("This draft is made of both versions.")
    await expect(page.get_by_role("textbox", name="Title*")).to_have_value("Shared work, with a new title")
    await expect(page.locator(".CodeMirror")).to_contain_text("Opened. And the first.")
    await expect(page.locator(".CodeMirror")).to_contain_text("Opened. And the second.")


async def save_what_one_may_not_edit_any_more(page: Page) -> None:
    """The editor says so, and the text can be copied."""
    await page.keyboard.type(" More.")
    await expect(page.locator(".footer__save-warning")).to_contain_text("you may not edit it any more")
    # Neither the open minimap nor a side panel covers the button.
    await page.get_by_role("button", name="Toggle side panel").click()
    await page.locator("[data-side-panel-toggle=status]").click()
    texts = await copied(page)
    assert {"Shared work, with a new title", "A paragraph. More."} <= set(texts)
    assert any("And the second." in text for text in texts)


async def save_what_was_deleted_meanwhile(page: Page) -> None:
    """The editor says so, and the text stays on the screen and can be copied."""
    token = await page.locator("form[data-edit-form] [name=csrfmiddlewaretoken]").input_value()
    deletion = page.url.replace("/edit/", "/delete/")
    answer = await page.request.post(deletion, headers={"X-CSRFToken": token}, max_redirects=0)
    assert answer.status == 302
    await page.get_by_role("button", name="Save draft").click()
    await expect(page.locator(".footer__save-warning")).to_contain_text("This page has been deleted")
    await expect(page.locator(".CodeMirror")).to_contain_text("Opened. And the first.")
    assert await copied(page) == ["Shared work, with a new title", "Opened. And the first."]


async def copied(page: Page) -> list[str]:
    """Copy the text, and return it from the clipboard."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.bring_to_front()
    await page.get_by_role("button", name="Copy the text").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    text: str = await page.evaluate("navigator.clipboard.readText()")
    return text.split("\n\n")


async def test_the_second_to_change_the_site_sees_what_is_stored_before_it_is_replaced(
    editor_page: Page, other_editor: str, browser: Browser, server: RunningSite, views: list[View]
) -> None:
    await editor_page.goto(SETTINGS)
    late_page = await (await browser.new_context(base_url=server.url)).new_page()
    await log_in(late_page, other_editor, EDITOR_PASSWORD)
    await late_page.goto(SETTINGS)
    for page, words in ((editor_page, "The first’s words"), (late_page, "The second’s words")):
        await page.locator("[name=tagline]").fill(words)
        await page.get_by_role("button", name="Save", exact=True).click()
    messages = late_page.locator(".messages")
    await expect(messages).to_contain_text(f"While you were writing, {EDITOR} saved this")
    await expect(messages.get_by_role("definition")).to_have_text("The first’s words")
    await expect(late_page.locator("[name=tagline]")).to_have_value("The second’s words")
    await assert_accessible(late_page, views, where=".messages")
    await late_page.get_by_role("button", name="Save", exact=True).click()
    await expect(messages).to_contain_text("Your site updated.")
    await editor_page.reload()
    await expect(editor_page.locator("[name=tagline]")).to_have_value("The second’s words")
