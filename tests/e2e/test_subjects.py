"""Authors are written within a post, categories on a phone, and put in order with the keyboard and the mouse."""

import sqlite3
from contextlib import closing

from playwright.async_api import Locator, Page, expect

from tests.e2e.accessibility import SCREENS, View, assert_accessible, at_night, one_of
from tests.e2e.editing import open_saved_post, until_saved, use_colours
from tests.running_site import DATABASE, RunningSite

CATEGORIES = "/admin/snippets/blog/category/"
TAGS = "/admin/snippets/blog/tag/"

LIES_ON_WORDS = """() => {
  const button = document.querySelector(".sidebar-nav-toggle").getBoundingClientRect();
  const words = document.createRange();
  words.selectNodeContents(document.querySelector(".messages li"));
  return [...words.getClientRects()].some((line) => line.left < button.right && button.left < line.right
    && line.top < button.bottom && button.top < line.bottom);
}"""


async def test_an_author_is_written_without_leaving_the_post(editor_page: Page, views: list[View]) -> None:
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
    await assert_accessible(page, at_night(views), ".modal-content")
    await dialog.get_by_label("Name").fill("Ada Lovelace")
    await dialog.get_by_label("Biography").fill("Wrote the first program.")
    await dialog.get_by_label("Author link: label").fill("Her notes")
    await dialog.get_by_label("Author link: address").fill("https://ada.example/")
    await dialog.get_by_role("button", name="Create").click()
    panel = page.locator("#panel-child-promote-where_it_belongs-section")
    await expect(panel.get_by_text("Ada Lovelace")).to_be_visible()
    await until_saved(page)
    assert page.url.partition("#")[0] == address.partition("#")[0]


def add_terms(server: RunningSite, kind: str, *names: str) -> None:
    rows = [(name, name.lower(), order) for order, name in enumerate(names)]
    add = f"INSERT INTO blog_{kind} (name, slug, sort_order, description) VALUES (?, ?, ?, '')"  # noqa: S608
    with closing(sqlite3.connect(server.var_dir / DATABASE, timeout=60)) as database, database:
        database.executemany(add, rows)


async def test_categories_and_series_are_put_in_order(
    server: RunningSite, editor_page: Page, views: list[View]
) -> None:
    page = editor_page
    for kind in ("series", "category"):
        add_terms(server, kind, "One", "Two", "Three")
        await put_in_order(page, f"/admin/snippets/blog/{kind}/")
    await assert_accessible(page, at_night(views))
    await page.goto(f"{CATEGORIES}merge/1/")
    await assert_accessible(page, one_of(views))


async def put_in_order(page: Page, terms: str) -> None:
    """Move the last to the top by keyboard, and the next one to the end by mouse."""
    await page.goto(terms)
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


async def test_a_category_is_written_on_a_phone_that_shows_all_of_it(editor_page: Page, views: list[View]) -> None:
    page = editor_page
    await page.set_viewport_size(SCREENS["phone"])
    await page.goto(f"{CATEGORIES}add/")
    await expect(page.locator("#header-title .icon")).to_be_in_viewport(ratio=1)
    await page.get_by_role("textbox", name="Name").fill(f"Categories {'of many words ' * 7}")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".messages")).to_contain_text("created.")
    await use_colours(page, "light")  # until the message has slid into its place
    assert not await page.evaluate(LIES_ON_WORDS)
    for address in (f"{CATEGORIES}add/", f"{TAGS}add/") if at_night(views) else ():
        await page.goto(address)
        await assert_accessible(page, views)
