"""From the sign-in to the first word of a new post is one click."""

from itertools import product

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.e2e.editing import log_in, open_saved_post, until_saved, use_colours
from tests.e2e.test_history import SCREENS
from tests.running_site import EDITOR, EDITOR_PASSWORD, RunningSite


async def test_one_click_after_the_sign_in_the_title_is_typed(server: RunningSite, browser: Browser) -> None:
    page = await (await browser.new_context(base_url=server.url)).new_page()
    await log_in(page, EDITOR, EDITOR_PASSWORD, lands_on="/admin/")
    await page.get_by_role("link", name="Write a post").click()
    await expect(page.get_by_role("textbox", name="Title*")).to_be_focused()
    await page.keyboard.type("Typed at once")
    await page.wait_for_url("**/edit/")
    await until_saved(page)
    await page.goto("/admin/")
    await expect(page.locator("#your-drafts-content").get_by_role("link", name="Typed at once")).to_be_visible()


async def test_axe_finds_nothing_on_dashboard_and_help(editor_page: Page) -> None:
    await open_saved_post(editor_page, "Begun on a desk and a phone", "The *last* words.")
    for address in ("/admin/", "/admin/help/"):
        await editor_page.goto(address)
        for screen, colours in product(SCREENS.values(), ("light", "dark")):
            await editor_page.set_viewport_size(screen)
            await use_colours(editor_page, colours)
            await expect(editor_page.locator("main")).to_be_visible()
            results = await Axe().run(editor_page, context="main")
            assert results.response["violations"] == [], results.generate_report()
