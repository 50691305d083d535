"""An editor translates a new post: it has the panel from its first moment, and then the source stands beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.accessibility import View, assert_accessible
from tests.e2e.editing import start_post, type_markdown, until_saved
from tests.running_site import RunningSite, build_small_site, run_site

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The small site with a second language."""
    folder: Path = tmp_path_factory.mktemp("site")
    build_small_site(folder, GALLEY_LANGUAGES="en,de")
    with run_site(folder, GALLEY_LANGUAGES="en,de") as site:
        yield site


@pytest.fixture(scope="module")
def small_site_folder(server: RunningSite) -> Path:
    """Where the session of the editor's page is found."""
    return server.var_dir


async def test_a_new_post_is_translated_beside_its_source(editor_page: Page, views: list[View]) -> None:
    page = editor_page
    await page.goto("/admin/locales/new/")
    await page.get_by_label("Language").select_option("de")
    await page.get_by_role("button", name="Create").click()
    await expect(page.locator(".messages")).to_contain_text("created")

    await start_post(page, "A galley")
    await page.get_by_role("button", name="Toggle translations").click()
    panel = page.locator("[data-side-panel=translations]")
    await type_markdown(page, "Set in *metal*.")
    await until_saved(page)
    await panel.get_by_role("link", name="Translate this page").click()
    await page.get_by_role("button", name="Make the translation").click()
    await expect(page.locator(".messages")).to_contain_text("Write over it; the source stands beside it.")
    # Wagtail opens the panel again that was open on the last page.
    await expect(panel).to_be_visible()
    await expect(panel.frame_locator("iframe").get_by_text("Set in metal.")).to_be_visible()
    await assert_accessible(page, views, "[data-side-panel=translations]")
    await expect(panel.get_by_role("link", name="A galley")).to_have_attribute("lang", "en-gb")
