"""Two people at one page are told of each other, and no screen changes between their drafts by itself."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import log_in, open_saved_post, start_post, until_autosave_notices
from tests.e2e.test_live_preview import add_to_title
from tests.e2e.watching import open_panel
from tests.running_site import EDITOR, EDITOR_PASSWORD, RunningSite

RAFE = "rafe"


@pytest_asyncio.fixture(loop_scope="session")
async def rafes_page(server: RunningSite, browser: Browser) -> Page:
    """A page of another editor."""
    server.add_colleague(RAFE, "Rafe", "Ostrow")
    page = await (await browser.new_context(base_url=server.url)).new_page()
    await log_in(page, RAFE, EDITOR_PASSWORD)
    return page


async def test_two_editors_of_a_page_are_told_and_screens_stay(
    editor_page: Page, rafes_page: Page, watch: Watch
) -> None:
    watch.expect_error("400")  # autosave of the second of two versions
    await start_post(editor_page, "Shared work")
    await open_panel(editor_page)
    follow = editor_page.get_by_role("link", name="Follow on another screen")
    await until_autosave_notices(editor_page)
    await add_to_title(editor_page, " at first")
    await expect(follow).to_have_attribute("href", re.compile(r"^/preview/pages/\d+/$"))
    address = await follow.get_attribute("href")
    edit = f"/admin/pages/{address.split('/')[3]}/edit/"
    screen = await rafes_page.context.new_page()
    await screen.goto(address)
    await expect(screen.get_by_role("heading", name="Shared work at first")).to_be_visible()
    presence = editor_page.locator("[data-live-preview-presence]")
    await expect(presence).to_have_text("Watching: Rafe Ostrow.")

    await rafes_page.goto(edit)
    await expect(presence).to_have_text("Also editing this page: Rafe Ostrow. Watching: Rafe Ostrow.")
    await add_to_title(rafes_page, ", by Rafe")
    said = screen.locator("live-preview-bar")
    await expect(said).to_contain_text(f"You see what {EDITOR} is writing.")
    await expect(screen.get_by_role("heading", name="Shared work at first", exact=True)).to_be_visible()
    await screen.get_by_role("button", name="Show your own draft").click()
    await expect(screen.get_by_role("heading", name="Shared work at first, by Rafe")).to_be_visible()


@pytest.mark.nightly
async def test_a_second_tab_of_ones_own_is_called_just_that(editor_page: Page) -> None:
    await open_saved_post(editor_page, "In two tabs", "The *first* words.")
    await open_panel(editor_page)
    another_tab = await editor_page.context.new_page()
    await another_tab.goto(editor_page.url)
    presence = editor_page.locator("[data-live-preview-presence]")
    await expect(presence).to_have_text("Also editing this page: you, in another tab.")
