"""What an editor has deleted is found in the history, and gets a name there."""

import re

from playwright.async_api import Page, expect

from tests.e2e.accessibility import SCREENS as SCREENS
from tests.e2e.accessibility import View, assert_accessible, one_of
from tests.e2e.editing import post_fields, save_post, send_form

STAYS, TEXT = "This paragraph stays.", "This one is deleted by mistake."
LOADED = re.compile(r'name="(loaded_revision_\w+)" value="([^"]*)"')


async def write_and_delete(page: Page) -> str:
    """Let autosave store two blocks, and then one of them; return the address of the form."""
    title = "A post of two blocks"
    address = await save_post(page, title, STAYS, TEXT)
    loaded = dict(LOADED.findall(await (await page.request.get(address)).text()))
    answer = await send_form(page, address, post_fields(title, STAYS, TEXT) | loaded | {"body-1-deleted": "1"})
    assert (await answer.json())["success"]
    return address


async def choose_action(page: Page, action: str, version: int) -> None:
    """Choose `action` in the menu of a version: 0 is the newest one."""
    await page.get_by_role("row").get_by_role("button", name="Actions").nth(version).click()
    await page.get_by_role("link", name=action).click()


async def name_version(page: Page, views: list[View]) -> None:
    """Give the version before the last one a name."""
    await choose_action(page, "Name this version", 1)
    await expect(page.get_by_label("Name")).to_be_focused()
    await assert_accessible(page, one_of(views), "#main")
    await page.get_by_label("Name").focus()
    await page.keyboard.type("Before the cut")
    await page.keyboard.press("Enter")
    await expect(page.locator(".messages")).to_contain_text("The version is now called “Before the cut”.")
    await expect(page.get_by_role("row", name="“Before the cut”")).to_be_visible()


async def test_a_version_gets_a_name_and_brings_back_a_deleted_block(editor_page: Page, views: list[View]) -> None:
    texts = editor_page.locator(".CodeMirror-code")
    address = await write_and_delete(editor_page)
    await editor_page.goto(address.replace("/edit/", "/history/"))
    await name_version(editor_page, views)
    await choose_action(editor_page, "Review this version", 1)
    await expect(texts).to_have_text([STAYS, TEXT])
    await editor_page.get_by_role("button", name="Replace current draft").click()
    await expect(editor_page.locator(".messages")).to_contain_text("has been replaced with version from")
    await expect(texts).to_have_text([STAYS, TEXT])
