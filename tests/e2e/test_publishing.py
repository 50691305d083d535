"""An editor writes and publishes; a visitor reads."""

from playwright.async_api import Browser, Page, expect

from tests.e2e.editing import publish, start_post, type_markdown, type_paragraph
from tests.running_site import RunningSite

TITLE = "Setting the first line"


async def test_a_visitor_reads_what_an_editor_publishes(
    server: RunningSite, editor_page: Page, browser: Browser
) -> None:
    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/blog/")
    await expect(visitor.get_by_role("link", name=TITLE)).to_have_count(0)

    await start_post(editor_page, TITLE)
    await type_paragraph(editor_page, "Every letter is set by hand.")
    await type_markdown(editor_page, "This is the art of *composing*.")
    await publish(editor_page)

    await visitor.reload()
    await visitor.get_by_role("link", name=TITLE).first.click()
    await expect(visitor.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    await expect(visitor.get_by_text("Every letter is set by hand.")).to_be_visible()
    await expect(visitor.locator("em", has_text="composing")).to_be_visible()
