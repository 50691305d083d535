"""From the sign-in to the first word of a new post is one click."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.accessibility import SCREENS, View, assert_accessible
from tests.e2e.editing import log_in, save_post, until_saved
from tests.running_site import EDITOR, EDITOR_PASSWORD, RunningSite


async def test_the_dashboard_shows_a_draft_and_is_accessible(editor_page: Page) -> None:
    await save_post(editor_page, "Begun on a desk and a phone", "The *last* words.")
    await editor_page.goto("/admin/")
    await expect(drafts(editor_page).get_by_role("link", name="Begun on a desk and a phone")).to_be_visible()
    await assert_accessible(editor_page, [(SCREENS["desk"], "light")])


@pytest.mark.nightly  # In CI, `test_one_sitting.py` goes this way.
async def test_one_click_after_the_sign_in_the_title_is_typed_and_the_dashboard_shows_it(
    server: RunningSite, browser: Browser, views: list[View]
) -> None:
    page = await (await browser.new_context(base_url=server.url)).new_page()
    await log_in(page, EDITOR, EDITOR_PASSWORD, lands_on="/admin/")
    await page.get_by_role("link", name="Write a post").click()
    await expect(page.get_by_role("textbox", name="Title*")).to_be_focused()
    await page.keyboard.type("Typed at once")
    await page.wait_for_url("**/edit/")
    await until_saved(page)
    await page.goto("/admin/")
    await expect(drafts(page).get_by_role("link", name="Typed at once")).to_be_visible()
    await assert_accessible(page, views)
    await page.goto("/admin/help/")
    await assert_accessible(page, views)


def drafts(page: Page) -> Locator:
    return page.locator("#your-drafts-content")
