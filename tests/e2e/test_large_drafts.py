"""A draft that is too large for the live preview says so; Wagtail's own panel takes over, and saving works as ever.

By day: that the server refuses it (`test_sockets.py`), and what the panel does then (`socket.test.js`).
"""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.editing import start_post
from tests.e2e.test_live_preview import open_panel, panel

FILL = "letters => { document.querySelector('[name=search_description]').value = 'ä'.repeat(letters) }"


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Save draft").click()
    await page.wait_for_url("**/edit/")
    await expect(page.locator(".messages")).to_contain_text("Grows")


@pytest.mark.nightly
async def test_the_panel_says_that_a_draft_is_too_large(editor_page: Page) -> None:
    await start_post(editor_page, "Grows")
    await open_panel(editor_page)
    await expect(panel(editor_page).get_by_role("heading", name="Grows")).to_be_visible()
    await editor_page.evaluate(FILL, 2_200_000)  # of two bytes each
    state = editor_page.locator(".live-preview__state")
    await expect(state).to_have_text("This draft is too large to show while you type. You can still save it.")
    await expect(editor_page.locator(".live-preview-frame")).to_have_count(0)
    await expect(editor_page.locator("#w-preview-iframe")).to_be_visible()
    await save(editor_page)
    await expect(state).to_have_text("This draft is too large to show while you type. You can still save it.")
    await editor_page.evaluate(FILL, 10)
    await save(editor_page)
    await expect(state).to_have_text("Live")
