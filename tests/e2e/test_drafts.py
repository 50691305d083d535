"""A draft is saved by itself, in whatever order its author fills in the form."""

from playwright.async_api import Page, expect

from tests.e2e.editing import publish, type_markdown, until_autosave_notices
from tests.running_site import BLOG_ID


async def test_a_post_that_begins_with_its_text_is_saved(editor_page: Page) -> None:
    await editor_page.goto(f"/admin/pages/add/blog/blogpostpage/{BLOG_ID}/")
    await until_autosave_notices(editor_page)
    await type_markdown(editor_page, "The text comes first.")
    # It has been saved: the page has an id.
    await editor_page.wait_for_url("**/edit/")
    await editor_page.get_by_role("textbox", name="Title*").fill("Then a title")
    await publish(editor_page)
    await editor_page.goto("/blog/then-a-title/")
    await expect(editor_page.get_by_role("heading", name="Then a title")).to_be_visible()
    await expect(editor_page.get_by_text("The text comes first.")).to_be_visible()
