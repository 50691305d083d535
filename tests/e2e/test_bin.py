"""What was deleted comes back by one press, where it was; the note says where, if its address was taken meanwhile."""

from playwright.async_api import Page, expect

from tests.e2e.accessibility import View, assert_accessible, one_of
from tests.e2e.editing import publish_post
from tests.running_site import BLOG_ID

TITLE, ADDRESS = "A page for the bin", "/blog/a-page-for-the-bin/"


async def delete(page: Page, title: str) -> None:
    """Delete the post as an editor does, from its form."""
    await page.goto(f"/admin/pages/{BLOG_ID}/")
    await page.get_by_role("link", name=title, exact=True).click()
    await page.goto(page.url.partition("#")[0].replace("/edit/", "/delete/"))
    await page.get_by_role("button", name="Yes, delete it").click()


async def status_of(page: Page, address: str) -> int:
    return (await page.request.get(address)).status


async def test_undo_brings_a_page_back_and_a_note_names_its_new_address(editor_page: Page, views: list[View]) -> None:
    page = editor_page
    await page.goto("/admin/session/")
    await publish_post(page, TITLE, "The first text.")
    assert await status_of(page, ADDRESS) == 200
    await delete(page, TITLE)
    message = page.locator(".messages")
    await expect(message).to_contain_text(f"“{TITLE}” is in the bin.")
    assert await status_of(page, ADDRESS) == 404
    await message.get_by_role("button", name="Undo").click()
    await expect(message).to_contain_text(f"“{TITLE}” is restored at {ADDRESS}.")
    assert await status_of(page, ADDRESS) == 200

    await delete(page, TITLE)
    await publish_post(page, TITLE, "Another text, at the same address.")
    await page.goto("/admin/bin/")
    await assert_accessible(page, one_of(views))
    await page.get_by_role("button", name=f"Restore {TITLE}").click()
    await expect(message).to_contain_text("It has a new one, which ends in “a-page-for-the-bin-2”.")
    assert "Another text" in await (await page.request.get(ADDRESS)).text()
    assert "The first text" in await (await page.request.get("/blog/a-page-for-the-bin-2/")).text()
