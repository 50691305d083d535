"""What points at a page is said before it goes, and visitors who come by its old address are redirected."""

from playwright.async_api import Page, expect

from tests.e2e.editing import post_fields, publish_post, send_form, until_autosave_notices
from tests.e2e.visiting import reload_until_shown
from tests.running_site import BLOG_ID

NAMED, NAMING, CHANGED = "A sheet that is named", "A text that names a sheet", "A text that changes"


async def open_form(page: Page, title: str) -> str:
    """Open the form of a post from the list, and return its address."""
    await page.goto(f"/admin/pages/{BLOG_ID}/")
    await page.get_by_role("link", name=title, exact=True).click()
    await page.wait_for_url("**/edit/")
    return page.url


async def test_what_points_at_a_page_is_said_before_it_goes(editor_page: Page) -> None:
    page = editor_page
    await page.goto("/admin/session/")
    await publish_post(page, NAMED, "Its text.")
    form = await open_form(page, NAMED)
    pk = form.split("/")[-3]
    await publish_post(page, NAMING, f"Read [the sheet](page:{pk}).")

    await page.goto(form.replace("/edit/", "/delete/"))
    usage = page.get_by_role("link", name="Referenced 1 time")
    # The worker writes down what points where.
    await reload_until_shown(page, usage)
    await usage.click()
    row = page.get_by_role("row").filter(has_text=NAMING)
    await expect(row).to_contain_text("Body")
    await expect(row).to_contain_text("Markdown")

    await publish_post(page, CHANGED, "Nothing of it yet.")
    changed = await open_form(page, CHANGED)
    saved = await send_form(page, changed, post_fields(CHANGED, f"Read [the sheet](page:{pk})."))
    assert (await saved.json())["success"], await saved.text()
    await page.goto(form.replace("/edit/", "/delete/"))
    await expect(page.get_by_text(f"Used in unpublished changes of “{CHANGED}”.")).to_be_visible()
    await page.get_by_role("link", name="Referenced 2 times").click()
    await expect(page.get_by_role("row").filter(has_text=CHANGED)).to_contain_text("in unpublished changes")

    await page.goto(form)
    await until_autosave_notices(page)
    await page.get_by_role("tab", name="Promote").click()
    await page.get_by_label("Slug").fill("renamed-sheet")
    note = page.get_by_text("1 address changes. Visitors who come by the former one are redirected.")
    await expect(note.first).to_be_visible()
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_role("dialog")).to_contain_text("1 address changes.")
    await page.get_by_role("button", name="Publish now").click()
    await expect(page.locator(".messages")).to_contain_text("published")
    visitor = await page.request.get("/blog/a-sheet-that-is-named/")
    assert visitor.url.endswith("/blog/renamed-sheet/")
    assert "/blog/renamed-sheet/" in await (await page.request.get("/blog/a-text-that-names-a-sheet/")).text()
