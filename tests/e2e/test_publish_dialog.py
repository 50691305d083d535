"""Before a page is published, a dialog asks when, and says what is missing."""

import datetime
from itertools import product

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import add_block, open_saved_post, until_saved, use_colours
from tests.e2e.test_history import SCREENS


async def press(page: Page, button: str = "Publish") -> None:
    await page.get_by_role("button", name=button, exact=True).click()


async def test_a_post_is_scheduled_for_tomorrow_with_three_clicks(editor_page: Page) -> None:
    await open_saved_post(editor_page, "For tomorrow", "Good morning.")
    await press(editor_page)
    dialog = editor_page.get_by_role("dialog", name="When is it published?")
    await dialog.get_by_label("Tomorrow").click()
    await dialog.get_by_role("button", name="Schedule").click()
    await expect(editor_page.locator(".messages")).to_contain_text("scheduled for publishing")
    await editor_page.goto("/admin/")
    tomorrow = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    item = editor_page.locator("#scheduled-content li").filter(has_text="For tomorrow")
    await expect(item).to_contain_text(f"goes live on {tomorrow.day} {tomorrow:%B %Y}, 09:00 UTC")


async def test_any_time_and_an_end_can_be_chosen_and_the_page_says_so(editor_page: Page) -> None:
    await open_saved_post(editor_page, "Planned", "Some words.")
    address = editor_page.url
    await press(editor_page)
    await editor_page.get_by_label("Time of publication").fill("2999-03-01T08:30")
    await expect(editor_page.get_by_label("At another time")).to_be_checked()
    await editor_page.get_by_label("Until").fill("2999-04-01T00:00")
    await press(editor_page, "Schedule")
    await expect(editor_page.locator(".messages")).to_contain_text("scheduled for publishing")
    await editor_page.goto(address)
    # Upstream locks a page that is scheduled.
    await expect(editor_page.locator(".messages")).to_contain_text("scheduled to go live at 1 March 2999, 08:30 UTC")
    for name, value in (("go_live_at", "2999-03-01T08:30"), ("expire_at", "2999-04-01T00:00")):
        await expect(editor_page.locator(f"[name={name}]")).to_have_value(value)


async def test_what_is_missing_leads_to_its_field_before_anything_is_sent(editor_page: Page) -> None:
    await open_saved_post(editor_page, "Soon nameless", "Some words.")
    await until_saved(editor_page)
    title = editor_page.get_by_role("textbox", name="Title*")
    await title.fill("")
    await press(editor_page)
    await editor_page.get_by_role("link", name="Title is empty").click()
    await expect(editor_page.get_by_role("dialog", name="When is it published?")).to_have_count(0)
    await expect(title).to_be_focused()
    await title.fill("Named again")
    # What a chooser and the editor of rich text hold is in hidden inputs.
    await add_block(editor_page, "Figure")
    await add_block(editor_page, "Paragraph")
    await press(editor_page)
    lines = editor_page.get_by_role("dialog").get_by_role("link")
    await expect(lines).to_have_text(["Image is empty", "Paragraph is empty"])
    await lines.first.click()
    await expect(editor_page.locator("#body-1-value-image-image-chooser").get_by_role("button").last).to_be_focused()


async def test_who_goes_on_writing_publishes_nothing_and_is_where_they_were(editor_page: Page) -> None:
    await open_saved_post(editor_page, "Not yet", "Some words.")
    await press(editor_page)
    await press(editor_page, "Go on writing")
    await expect(editor_page.get_by_role("button", name="Publish", exact=True)).to_be_focused()
    await editor_page.keyboard.press("Enter")
    await editor_page.keyboard.press("Escape")
    await expect(editor_page.get_by_role("dialog", name="When is it published?")).to_have_count(0)
    await expect(editor_page.get_by_role("button", name="Publish", exact=True)).to_be_enabled()


async def test_axe_finds_nothing(editor_page: Page, watch: Watch) -> None:
    await open_saved_post(editor_page, "On a desk and a phone", "Some words.")
    await editor_page.get_by_role("textbox", name="Title*").fill("")
    await press(editor_page)
    for screen, colours in product(SCREENS.values(), ("light", "dark")):
        await editor_page.set_viewport_size(screen)
        await use_colours(editor_page, colours)
        results = await Axe().run(editor_page, context=".publish-dialog")
        assert results.response["violations"] == [], results.generate_report()
