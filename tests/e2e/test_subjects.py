"""Authors are written within a post, and categories put in order, with the keyboard and the mouse."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from tests.e2e.editing import open_saved_post, until_saved
from tests.e2e.test_history import SCREENS
from tests.running_site import RunningSite

CATEGORIES = "/admin/snippets/blog/category/"


async def assert_accessible(page: Page, where: str = "main") -> None:
    """Assert that axe finds nothing, in light and dark, at a desk and on a phone."""
    for size in SCREENS.values():
        await page.set_viewport_size(size)
        for colours in ("light", "dark"):
            await page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
            results = await Axe().run(page, context=where)
            assert results.response["violations"] == [], results.generate_report()
    await page.set_viewport_size(SCREENS["desk"])


async def test_an_author_is_written_without_leaving_the_post(server: RunningSite, editor_page: Page) -> None:
    page = editor_page
    await open_saved_post(page, "By somebody new", "The *first* words.")
    address = page.url
    await page.get_by_role("tab", name="Promote").click()
    await page.get_by_role("button", name="Add author", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("tab", name="Create").click()
    await dialog.get_by_label("Name").fill("…")
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog.get_by_text("The name has no letters")).to_be_visible()
    await assert_accessible(page, ".modal-content")
    await dialog.get_by_label("Name").fill("Ada Lovelace")
    await dialog.get_by_label("Biography").fill("Wrote the first program.")
    await dialog.get_by_label("Author link: label").fill("Her notes")
    await dialog.get_by_label("Author link: address").fill("https://ada.example/")
    await dialog.get_by_role("button", name="Create").click()
    panel = page.locator("#panel-child-promote-where_it_belongs-section")
    await expect(panel.get_by_text("Ada Lovelace")).to_be_visible()
    await until_saved(page)
    assert page.url.partition("#")[0] == address.partition("#")[0]


async def test_categories_are_put_in_order(server: RunningSite, editor_page: Page) -> None:
    page = editor_page
    for name in ("One", "Two", "Three"):
        await page.goto(f"{CATEGORIES}add/")
        await page.locator("[name=name]").fill(name)
        await page.locator("main form button[type=submit]").first.click()
        await expect(page.locator(".messages")).to_contain_text(name)
    await page.goto(CATEGORIES)
    rows = page.locator("[data-w-orderable-target=item]")

    def handle(name: str) -> Locator:
        return page.locator(f"[data-w-orderable-item-label={name}] [data-w-orderable-target=handle]")

    async with page.expect_response("**/reorder/**"):
        await handle("Three").focus()
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
    async with page.expect_response("**/reorder/**"):
        await handle("One").drag_to(handle("Two"))
    await page.reload()
    labels = [await row.get_attribute("data-w-orderable-item-label") for row in await rows.all()]
    assert labels == ["Three", "Two", "One"]
    await assert_accessible(page)
    await page.goto(f"{CATEGORIES}merge/1/")
    await assert_accessible(page)
