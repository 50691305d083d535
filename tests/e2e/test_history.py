"""What an editor deletes is found in the history, and gets a name there."""

from collections.abc import Callable

from playwright.async_api import Page, Response, expect

from tests.e2e.accessibility import SCREENS as SCREENS
from tests.e2e.accessibility import View, assert_accessible
from tests.e2e.editing import add_paragraph, start_post, type_paragraph, until_autosave_notices

TEXT = "This one is deleted by mistake."


async def until_autosave_rests(page: Page) -> None:
    """Wait until autosave has looked at the form as it is, and sends nothing."""
    await page.wait_for_function(
        """() => {
            const form = document.querySelector("form[data-edit-form]");
            const controller = (name) => wagtail.app.getControllerForElementAndIdentifier(form, name);
            const unsaved = controller("w-unsaved");
            return unsaved.previousFormData === unsaved.formData && !unsaved.hasEditsValue
                && !controller("w-autosave").submitPromise;
        }"""
    )


def saves(part: str) -> Callable[[Response], bool]:
    """Return a function that says whether a response is to a form with `part`."""
    return lambda response: response.request.method == "POST" and part in (response.request.post_data or "")


async def write_and_delete(page: Page) -> None:
    """Write two paragraphs, and delete the second. Autosave stores both states."""
    await start_post(page, "A post of two paragraphs")
    await until_autosave_notices(page)
    await type_paragraph(page, "This paragraph stays.")
    await page.wait_for_url("**/edit/")
    await add_paragraph(page)
    await until_autosave_rests(page)
    async with page.expect_response(saves(TEXT)):
        await page.keyboard.insert_text(TEXT)
    await until_autosave_rests(page)
    async with page.expect_response(saves('name="body-1-deleted"\r\n\r\n1')):
        await page.locator("[data-streamfield-child]").last.get_by_role("button", name="Delete").click()
    await until_autosave_rests(page)


async def open_history(page: Page) -> None:
    await page.goto(page.url.replace("/edit/", "/history/"))


async def choose_action(page: Page, action: str, version: int) -> None:
    """Choose `action` in the menu of a version: 0 is the newest one."""
    await page.get_by_role("row").get_by_role("button", name="Actions").nth(version).click()
    await page.get_by_role("link", name=action).click()


async def name_version(page: Page, views: list[View]) -> None:
    """Give the version before the last one a name."""
    await choose_action(page, "Name this version", 1)
    await expect(page.get_by_label("Name")).to_be_focused()
    await assert_accessible(page, views, "#main")
    await page.get_by_label("Name").focus()
    await page.keyboard.type("Before the cut")
    await page.keyboard.press("Enter")
    await expect(page.locator(".messages")).to_contain_text("The version is now called “Before the cut”.")
    await expect(page.get_by_role("row", name="“Before the cut”")).to_be_visible()


async def test_a_version_gets_a_name_and_brings_back_a_deleted_block(editor_page: Page, views: list[View]) -> None:
    texts = editor_page.locator(".public-DraftEditor-content")
    both = ["This paragraph stays.", TEXT]
    await write_and_delete(editor_page)
    await open_history(editor_page)
    await name_version(editor_page, views)
    await choose_action(editor_page, "Review this version", 1)
    await expect(texts).to_have_text(both)
    await editor_page.get_by_role("button", name="Replace current draft").click()
    await expect(editor_page.locator(".messages")).to_contain_text("has been replaced with version from")
    await expect(texts).to_have_text(both)
