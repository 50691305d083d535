"""An editor signs in, writes an illustrated post, and schedules it, with keyboard and mouse alone."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import PICTURE, Watch
from tests.e2e.editing import add_block, hold_presses, type_paragraph, until_saved
from tests.running_site import EDITOR, EDITOR_PASSWORD, RunningSite

TITLE = "Marks in the margin"
ALT_TEXT = "A printed sheet with corrections in red ink"


# By day, `test_publishing.py` publishes such a post, and `test_publish_dialog.py` schedules one.
@pytest.mark.nightly
async def test_from_sign_in_to_an_illustrated_scheduled_post(
    server: RunningSite, browser: Browser, watch: Watch
) -> None:
    context = await browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 900})
    watch.follow(context)
    await hold_presses(context)
    page = await context.new_page()
    await page.goto("/admin/")
    await sign_in(page)
    await begin_post(page, TITLE)
    await type_paragraph(page, "## How a proof is read\nOne reads aloud, the other follows.")
    await add_picture(page)
    await until_saved(page)
    await schedule(page)
    await expect(page.locator("#scheduled-content li").filter(has_text=TITLE)).to_contain_text("09:00")
    await walk_to_new_post(page)
    answer = await page.goto("/blog/marks-in-the-margin/")
    assert answer is not None
    assert answer.status == 404
    watch.expect_error("404")
    await context.close()


async def sign_in(page: Page) -> None:
    await page.get_by_label("Username").click()
    await page.keyboard.type(EDITOR)
    await page.keyboard.press("Tab")
    await page.keyboard.type(EDITOR_PASSWORD)
    await page.keyboard.press("Enter")


async def begin_post(page: Page, title_words: str) -> None:
    """One click leads to a cursor in the title."""
    await page.get_by_role("link", name="Write a post").click()
    title = page.get_by_role("textbox", name="Title*")
    await expect(title).to_be_focused()
    await page.keyboard.type(title_words)
    await expect(title).to_have_value(title_words)


async def add_picture(page: Page) -> None:
    await add_block(page, "Figure")
    await page.get_by_role("button", name="Choose an image").last.click()
    await page.get_by_role("tab", name="Upload").click()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_label("File").click()
    await (await chooser.value).set_files(PICTURE)
    await page.get_by_role("textbox", name="Title").last.fill("Proof marks")
    await page.get_by_role("button", name="Upload").click()
    # While it fades, it is no dialog any more, and has an alt text of its own.
    await expect(page.locator(".modal")).to_have_count(0)
    await page.get_by_label("Alt text").last.fill(ALT_TEXT)


async def schedule(page: Page) -> None:
    """Three clicks schedule it for tomorrow at nine."""
    await page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog", name="When is it published?")
    await dialog.get_by_label("Tomorrow").click()
    await dialog.get_by_role("button", name="Schedule").click()
    await expect(page.locator(".messages")).to_contain_text("scheduled for publishing")
    await page.goto("/admin/")


async def walk_to_new_post(page: Page) -> None:
    """The lists of pages lead to the form, too."""
    await page.goto("/admin/pages/")
    listing = page.locator("main")
    await listing.get_by_role("link", name="Explore child pages of 'Galley'").click()
    await listing.get_by_role("link", name="Explore child pages of 'Blog'").click()
    await listing.get_by_role("link", name="Add child page", exact=True).click()
    await page.wait_for_url("**/add/blog/blogpostpage/*/")
    await expect(page.get_by_role("textbox", name="Title*")).to_be_visible()
