"""An author submits a post, an editor asks for changes, and the author reads the reason on dashboard and page."""

from playwright.async_api import Browser, Page, expect

from tests.e2e.accessibility import View, assert_accessible, one_of
from tests.e2e.editing import log_in, until_saved
from tests.running_site import RunningSite

AUTHOR, PASSWORD = "clementine", "proof-reading-7"
TITLE, REASON = "A post that somebody else approves", "Please name the printer."


async def add_author(page: Page) -> None:
    """Add somebody with the role of an author, as an administrator does it."""
    await page.goto("/admin/users/new/")
    for label, value in [
        ("Username", AUTHOR),
        ("Email", "clementine@example.org"),
        ("First name", "Clementine"),
        ("Last name", "Bold"),
    ]:
        await page.get_by_label(label).fill(value)
    for field in ("password1", "password2"):
        await page.locator(f"[name={field}]").fill(PASSWORD)
    await page.get_by_role("tab", name="Roles").first.click()
    await page.get_by_role("checkbox", name="Authors", exact=True).check()
    await page.get_by_role("button", name="Create").click()
    await expect(page.locator(".messages")).to_contain_text(AUTHOR)


async def test_an_author_submits_and_reads_why_changes_are_asked_for(
    server: RunningSite, browser: Browser, editor_page: Page, views: list[View]
) -> None:
    await add_author(editor_page)
    author = await (await browser.new_context(base_url=server.url)).new_page()
    await log_in(author, AUTHOR, PASSWORD, lands_on="/admin/")
    menu = author.get_by_role("navigation", name="Main menu")
    await expect(menu.get_by_role("link", name="Blog posts")).to_be_visible()
    await expect(menu.get_by_role("button", name="Settings")).to_have_count(0)
    await author.get_by_role("link", name="Write a post").click()
    await expect(author.get_by_role("textbox", name="Title*")).to_be_focused()
    await author.keyboard.type(TITLE)
    await author.wait_for_url("**/edit/")
    await until_saved(author)
    await expect(author.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    await author.get_by_role("button", name="More actions").click()
    await author.get_by_role("button", name="Submit to Review").click()
    await expect(author.locator(".messages")).to_contain_text("has been submitted")

    await editor_page.goto("/admin/")
    await editor_page.get_by_role("link", name=TITLE).first.click()
    await editor_page.get_by_role("button", name="More actions").click()
    await editor_page.get_by_role("button", name="Request changes").click()
    dialog = editor_page.get_by_role("dialog")
    await dialog.get_by_label("Comment").fill(REASON)
    await dialog.get_by_role("button", name="Request changes").click()
    await expect(editor_page.locator(".messages")).to_contain_text(TITLE)

    await author.goto("/admin/")
    await expect(author.get_by_role("main")).to_contain_text(REASON)
    await assert_accessible(author, one_of(views))
    await author.get_by_role("link", name=TITLE).first.click()
    await expect(author.get_by_role("main")).to_contain_text(f"asks for changes: {REASON}")
