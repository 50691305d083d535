"""What was deleted comes back by one press, where it was; the note says where, if its address was taken meanwhile."""

from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.e2e.accessibility import View, assert_accessible, one_of
from tests.e2e.conftest import PICTURE
from tests.e2e.editing import publish_post
from tests.e2e.visiting import reload_until_hidden, reload_until_shown
from tests.running_site import BLOG_ID, RunningSite

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


async def upload(page: Page, kind: str, name: str, content: bytes) -> int:
    """Upload an image or a document, and return its id."""
    script = {"X-Requested-With": "XMLHttpRequest"}
    token = (await (await page.request.get("/admin/session/", headers=script)).json())["token"]
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    headers = {"X-CSRFToken": token, **script}
    form: dict[str, Any] = {"title": name.partition(".")[0], "files[]": file}
    answer = await page.request.post(f"/admin/{kind}/multiple/add/", multipart=form, headers=headers)
    uploaded = await answer.json()
    return uploaded.get("image_id") or uploaded["doc_id"]


async def test_a_picture_and_a_document_come_back_to_where_they_were(
    server: RunningSite, editor_page: Page, browser: Browser
) -> None:
    page, message = editor_page, editor_page.locator(".messages")
    await page.goto("/admin/session/")
    image = await upload(page, "images", "Proof.webp", PICTURE.read_bytes())
    document = await upload(page, "documents", "Marks.txt", b"Let it stand.")
    await publish_post(page, "A text with files", f"![A proof](image:{image}) [All marks](doc:{document})")
    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/blog/a-text-with-files/")
    picture = visitor.get_by_alt_text("A proof")
    await expect(picture).to_be_visible()
    address = await visitor.get_by_role("link", name="All marks").get_attribute("href")
    assert address
    assert await status_of(page, address) == 200

    await page.goto(f"/admin/images/{image}/delete/")
    await page.get_by_role("button", name="Yes, delete").click()
    await expect(message).to_contain_text("“Proof” is in the bin.")
    await reload_until_hidden(visitor, picture)
    await message.get_by_role("button", name="Undo").click()
    await expect(message).to_contain_text("“Proof” is restored.")
    await reload_until_shown(visitor, picture)
    await picture.evaluate("(picture) => picture.decode()")

    await page.goto(f"/admin/documents/{document}/delete/")
    await page.get_by_role("button", name="Yes, delete").click()
    await expect(message).to_contain_text("“Marks” is in the bin.")
    assert await status_of(page, address) == 404
    await page.goto("/admin/bin/")
    await page.get_by_role("button", name="Restore Marks").click()
    await expect(message).to_contain_text("“Marks” is restored.")
    assert await (await page.request.get(address)).text() == "Let it stand."
