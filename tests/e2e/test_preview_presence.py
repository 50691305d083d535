"""Two people at one page are told of each other, and no screen changes between their drafts by itself."""

import re
import subprocess
import sys

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.editing import log_in, start_post, until_autosave_notices
from tests.e2e.test_live_preview import add_to_title, open_panel
from tests.running_site import EDITOR, PROJECT, RunningSite, environment

RAFE = "rafe"
PASSWORD = "sorts-and-spaces"
ADD_RAFE = (
    "from django.contrib.auth import get_user_model as model;"
    f"model().objects.create_superuser('{RAFE}', password='{PASSWORD}', first_name='Rafe', last_name='Ostrow')"
)


@pytest.fixture
def rafe(server: RunningSite) -> None:
    """An account for another editor."""
    command = [sys.executable, "manage.py", "shell", "--command", ADD_RAFE]
    subprocess.run(command, cwd=PROJECT, env=environment(server.var_dir), check=True)


@pytest_asyncio.fixture(loop_scope="session")
async def rafes_page(rafe: None, server: RunningSite, browser: Browser) -> Page:
    """A page of the other editor."""
    page = await (await browser.new_context(base_url=server.url)).new_page()
    await log_in(page, RAFE, PASSWORD)
    return page


async def test_two_editors_of_a_page_are_told_and_screens_stay(editor_page: Page, rafes_page: Page) -> None:
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
    told = editor_page.locator("[data-live-preview-presence]")
    await expect(told).to_have_text("Watching: Rafe Ostrow.")

    await rafes_page.goto(edit)
    await expect(told).to_have_text("Also editing this page: Rafe Ostrow. Watching: Rafe Ostrow.")
    await add_to_title(rafes_page, ", by Rafe")
    said = screen.locator("live-preview-bar")
    await expect(said).to_contain_text(f"You see what {EDITOR} is writing.")
    await expect(screen.get_by_role("heading", name="Shared work at first", exact=True)).to_be_visible()
    await screen.get_by_role("button", name="Show your own draft").click()
    await expect(screen.get_by_role("heading", name="Shared work at first, by Rafe")).to_be_visible()

    # A second tab of one's own is called just that.
    await rafes_page.close(run_before_unload=False)
    another_tab = await editor_page.context.new_page()
    await another_tab.goto(edit)
    await expect(told).to_have_text("Also editing this page: you, in another tab. Watching: Rafe Ostrow.")
