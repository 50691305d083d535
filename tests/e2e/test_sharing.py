"""A draft is shared from the panel, watched by somebody without an account, and taken back."""

import re

import pytest
import segno
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.accessibility import View, assert_accessible, at_night
from tests.e2e.conftest import Watch
from tests.e2e.editing import type_paragraph, until_saved
from tests.e2e.watching import bar
from tests.running_site import BLOG_ID, EDITOR, POST_ID, RunningSite


async def open_post(page: Page) -> str:
    """Open the small site's post in the editor; return its title."""
    await page.goto(f"/admin/pages/{POST_ID}/edit/")
    return await page.get_by_role("textbox", name="Title*").input_value()


async def open_dialog(page: Page) -> Locator:
    """Open panel and dialog, as far as they aren't open."""
    share = page.get_by_role("button", name="Share", exact=True)
    if not await share.is_visible():
        await page.get_by_role("button", name="Toggle preview").click()
    await share.click()
    return page.get_by_role("dialog", name="Share this draft")


async def make_link(dialog: Locator, label: str, works_for: str) -> str:
    await dialog.get_by_label("For whom").fill(label)
    await dialog.get_by_label("Works for").select_option(label=works_for)
    await dialog.get_by_role("button", name="Make link").click()
    return await dialog.get_by_role("textbox", name="Link", exact=True).input_value()


async def make_link_with_keyboard(page: Page) -> str:
    """Make a link; the form on the page takes no part in it."""
    await open_dialog(page)
    dialog = page.get_by_role("dialog", name="Share this draft")
    await expect(dialog.get_by_label("For whom")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.type("By keyboard")
    await page.keyboard.press("Enter")
    link = dialog.get_by_role("textbox", name="Link", exact=True)
    await expect(link).to_be_focused()
    await expect(dialog.get_by_role("listitem").filter(has_text="By keyboard")).to_be_visible()
    sent = "new FormData(document.querySelector('form[data-edit-form]')).has('share-label')"
    assert await page.evaluate(sent) is False
    address = await link.input_value()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Share", exact=True)).to_be_focused()
    return address


async def test_a_draft_is_shared_watched_and_taken_back(
    server: RunningSite, editor_page: Page, browser: Browser, watch: Watch, views: list[View]
) -> None:
    title = await open_post(editor_page)
    dialog = await open_dialog(editor_page)
    await expect(dialog.get_by_label("Works for")).to_have_value("week")
    address = await make_link(dialog, "The client", "1 day")
    await expect(dialog.get_by_role("heading", name="The link for The client is ready")).to_be_visible()
    drawn = await dialog.locator(".live-share__qr svg path").last.get_attribute("d")
    assert f'd="{drawn}"' in segno.make_qr(address, error="m").svg_inline(scale=4, light="#fff")
    await assert_accessible(editor_page, at_night(views), ".live-share")
    await dialog.get_by_role("button", name="Close").click()

    phone = await browser.new_context(viewport={"width": 390, "height": 844}, locale="de-DE")
    guest = await phone.new_page()
    answer = await guest.goto(address)
    assert answer
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    await expect(guest.get_by_role("heading", name=title, level=1)).to_be_visible()
    await expect(guest.get_by_text(f"Draft of {title}, shared until")).to_be_visible()
    await type_paragraph(editor_page, "Seen as it is written.")
    await expect(guest.get_by_text("Seen as it is written.")).to_be_visible()
    await leave_note_as_guest(guest, "Too dry")
    # The dashboard names notes on pages that one has written.
    await until_saved(editor_page)
    assert await phone.cookies() == []
    everything = await guest.content()
    assert "csrf" not in everything
    assert EDITOR not in everything

    dialog = await open_dialog(editor_page)
    row = dialog.get_by_role("listitem").filter(has_text="The client")
    await expect(row).to_contain_text(re.compile(r"Works for another 23\s+hours"))
    await expect(row).to_contain_text(f"Made by {EDITOR}")
    await expect(row).to_contain_text("Last seen")
    await row.get_by_role("button", name="Stop").click()
    await expect(dialog.get_by_text("The link has been stopped")).to_be_visible()
    await expect(row).to_have_count(0)
    await expect(guest.get_by_text("This link has stopped working")).to_be_visible()

    watch.expect_error("410")
    answer = await guest.reload()
    assert answer
    assert answer.status == 410
    await expect(guest.get_by_role("heading", name="This link has stopped working")).to_be_visible()
    await expect(guest.get_by_text("Seen as it is written.")).to_have_count(0)

    await editor_page.goto("/admin/")
    notes = editor_page.get_by_role("region", name="Notes on your pages")
    await expect(notes).to_contain_text("Too dry")
    await notes.get_by_role("link", name=title).click()
    await expect(editor_page.locator(".comment").filter(has_text="Too dry")).to_be_visible()


async def leave_note_as_guest(guest: Page, note: str) -> None:
    """Select the title, and say something about it."""
    await guest.locator("main h1").evaluate("(title) => getSelection().selectAllChildren(title)")
    await guest.get_by_role("button", name="Leave a note").click()
    await guest.get_by_label("Your name").fill("Jane")
    await guest.get_by_label("Your note").fill(note)
    await guest.get_by_role("button", name="Send").click()
    await expect(guest.get_by_text("Thank you.")).to_be_visible()


@pytest.mark.nightly
async def test_a_page_that_was_never_saved_says_why_it_cant_be_shared_yet(editor_page: Page) -> None:
    # Nothing is typed, as autosave would save it.
    await editor_page.goto(f"/admin/pages/add/blog/blogpostpage/{BLOG_ID}/")
    dialog = await open_dialog(editor_page)
    await expect(dialog).to_contain_text("has not been saved yet")
    await editor_page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


# By day, a link is made and stopped in the dialog, and `tests/galley/preview/sharing` stops one in the report.
@pytest.mark.nightly
async def test_a_link_made_by_keyboard_goes_on_showing_what_is_saved_and_the_report_stops_it(
    server: RunningSite, editor_page: Page, browser: Browser
) -> None:
    title = await open_post(editor_page)
    address = await make_link_with_keyboard(editor_page)
    await editor_page.goto("/admin/session/")

    guest = await browser.new_page(base_url=server.url)
    await guest.goto(address)
    await expect(guest.get_by_role("heading", name=title, level=1)).to_be_visible()
    await expect(bar(guest)).to_contain_text("Nobody is writing at the moment")

    await editor_page.goto("/admin/reports/shared-drafts/")
    row = editor_page.get_by_role("row").filter(has_text="By keyboard")
    await expect(row).to_contain_text(title)
    await row.get_by_role("button", name="Stop").click()
    await expect(editor_page.locator(".messages")).to_contain_text("The link has been stopped")
    # The report shows what works.
    await expect(row).to_have_count(0)
    await expect(bar(guest)).to_contain_text("This link has stopped working")
