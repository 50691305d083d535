"""From the sign-in to the first word of a new post is one click, and so is the help."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from benchmarks.guide_screenshots import SIZE, WALKS
from tests.e2e.accessibility import SCREENS, View, assert_accessible
from tests.e2e.editing import log_in, save_post, until_saved
from tests.running_site import EDITOR, EDITOR_PASSWORD, RunningSite

# Each is loaded when it is about to be seen.
WIDTHS_OF_PICTURES = """() => Promise.all([...document.querySelectorAll(".editors-guide img")].map(async (picture) => {
  picture.loading = "eager";
  await picture.decode();
  return picture.naturalWidth;
}))"""


async def test_the_dashboard_shows_a_draft_and_is_accessible(editor_page: Page) -> None:
    await save_post(editor_page, "Begun on a desk and a phone", "The *last* words.")
    await editor_page.goto("/admin/")
    await expect(drafts(editor_page).get_by_role("link", name="Begun on a desk and a phone")).to_be_visible()
    # The server of the tests has no way to send mail.
    problems = editor_page.get_by_role("region", name="What needs your attention")
    await expect(problems).to_contain_text("E-mail isn't set up. Messages are stored here")
    await assert_accessible(editor_page, [(SCREENS["desk"], "light")])


async def test_the_help_opens_from_the_menu_with_its_pictures(editor_page: Page) -> None:
    await editor_page.goto("/admin/")
    menu = editor_page.get_by_role("navigation", name="Main menu")
    await menu.get_by_role("button", name="Help").click()
    await menu.get_by_role("link", name="Help for editors").click()
    await expect(editor_page.get_by_role("heading", name="Help for editors", level=1)).to_be_attached()
    assert len(await editor_page.evaluate(WIDTHS_OF_PICTURES)) == len(WALKS)
    assert set(await editor_page.evaluate(WIDTHS_OF_PICTURES)) == {SIZE["width"]}
    await editor_page.get_by_role("navigation", name="Contents").get_by_role("link", name="Publish").click()
    await expect(editor_page.get_by_role("heading", name="Publish", exact=True)).to_be_in_viewport()


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
