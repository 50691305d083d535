"""A draft is saved by itself, in whatever order its author fills in the form."""

from playwright.async_api import Page, expect

from tests.e2e.editing import publish, type_markdown, until_autosave_notices
from tests.running_site import BLOG_ID


async def test_a_post_that_begins_with_its_text_is_saved(editor_page: Page) -> None:
    await editor_page.goto(f"/admin/pages/add/blog/blogpostpage/{BLOG_ID}/")
    await until_autosave_notices(editor_page)
    await type_markdown(editor_page, "The text comes first.")
    await editor_page.wait_for_url("**/edit/")
    await editor_page.reload()
    title = editor_page.get_by_role("textbox", name="Title*")
    await expect(title).to_have_value("Untitled")
    await expect(editor_page.locator(".CodeMirror")).to_contain_text("The text comes first.")
    await title.fill("Then a title")
    await title.blur()
    await expect(editor_page.locator("#id_slug")).to_have_value("then-a-title")
    await publish(editor_page)
