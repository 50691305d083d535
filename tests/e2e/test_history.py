"""What an editor has deleted is found in the history, and gets a name there."""

from playwright.async_api import Page, expect

from tests.e2e.accessibility import SCREENS as SCREENS
from tests.e2e.accessibility import View, assert_accessible, one_of
from tests.e2e.editing import post_fields, send_form
from tests.running_site import BLOG_ID

STAYS, TEXT = "This paragraph stays.", "This one is deleted by mistake."


async def write_and_delete(page: Page) -> str:
    """Let autosave store two blocks, and then one of them; return the address of the form."""
    title = "A post of two blocks"
    fields = post_fields(title, STAYS, TEXT)
    saved = await (await send_form(page, f"/admin/pages/add/blog/blogpostpage/{BLOG_ID}/", fields)).json()
    # A version that somebody has opened would not be overwritten in any case, so nothing is opened here.
    fields |= {f"loaded_revision_{name}": saved[f"revision_{name}"] for name in ("id", "created_at")}
    fields |= {"overwrite_revision_id": saved["revision_id"], "body-1-deleted": "1"}
    answer = await (await send_form(page, saved["url"], fields)).json()
    assert answer["success"], answer
    return saved["url"]


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
