"""Before a page is published, a dialog asks when, and says what is missing."""

import datetime
import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.e2e.editing import add_block, open_saved_post, press_publish, until_saved, use_colours
from tests.e2e.test_history import SCREENS


async def choose_zone(page: Page, zone: str) -> None:
    """Choose it for the site, as the first start asks."""
    await page.goto("/admin/")
    panel = page.get_by_role("region", name="In which time zone is your site?")
    await panel.get_by_role("combobox", name="Time zone").select_option(zone)
    await panel.get_by_role("button", name="Use this time zone").click()
    await expect(page.locator(".messages")).to_contain_text(f"The site’s time zone is {zone}.")


async def press(page: Page, button: str = "Publish") -> None:
    await page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.nightly
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


async def test_what_is_missing_is_said_before_a_post_is_scheduled(editor_page: Page) -> None:
    await open_saved_post(editor_page, "Soon nameless", "Good morning.")
    await until_saved(editor_page)
    await go_on_writing(editor_page)
    await name_impossible_times(editor_page)
    await save_as_a_draft_what_cannot_be_published(editor_page)
    await come_to_the_empty_title(editor_page)
    await schedule_for_tomorrow(editor_page)


@pytest.mark.nightly
async def test_a_schedule_that_comes_too_late_is_a_draft(editor_page: Page) -> None:
    await open_saved_post(editor_page, "Late", "Some words.")
    await until_saved(editor_page)
    # As if the press had waited for days, for a network or a sign-in.
    await editor_page.clock.set_fixed_time(datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=3))
    await press(editor_page)
    await editor_page.get_by_label("Tomorrow").click()
    await press(editor_page, "Schedule")
    messages = editor_page.locator(".messages")
    await expect(messages).to_contain_text("Your changes are saved as a draft")
    await expect(messages.get_by_text("The time of publication has passed, so nothing was published.")).to_be_visible()


@pytest.mark.nightly
async def test_the_dialog_names_the_zone_of_the_browser(editor_page: Page) -> None:
    await open_saved_post(editor_page, "Written on a journey", "Some words.")
    sentence = editor_page.get_by_text("Times are in the time zone")
    devtools = await editor_page.context.new_cdp_session(editor_page)
    for zone, is_named in (("UTC", False), ("Asia/Tokyo", True)):
        await devtools.send("Emulation.setTimezoneOverride", {"timezoneId": zone})
        await press(editor_page)
        await expect(sentence).to_contain_text(re.compile(r"where it is \d\d:\d\d now\."))
        own = re.search(r"Where you are \((.+)\), it is \d\d:\d\d\.", await sentence.inner_text())
        assert (own and own[1]) == (zone if is_named else None)
        await press(editor_page, "Go on writing")


@pytest.mark.nightly
async def test_a_time_at_a_change_of_clocks_is_explained(editor_page: Page) -> None:
    await choose_zone(editor_page, "Europe/Berlin")
    await open_saved_post(editor_page, "At night", "Some words.")
    address = editor_page.url
    await press(editor_page)
    dialog = editor_page.get_by_role("dialog", name="When is it published?")
    skipped = "The clocks go forward then, and 02:30 doesn’t exist. 03:30 is taken."
    twice = "The clocks go back then, and 02:30 comes twice. The first is taken."
    for label, value, said in (
        ("Until", "2031-03-30T02:30", skipped),
        ("Until", "", ""),
        ("Time of publication", "2030-03-31T02:30", skipped),
        ("Time of publication", "2030-03-31T03:30", ""),
        ("Time of publication", "2030-10-27T02:30", twice),
    ):
        await dialog.get_by_label(label).fill(value)
        assert "".join(await dialog.get_by_role("status").all_text_contents()) == said
    await look_with_axe(editor_page)
    await press(editor_page, "Schedule")
    await expect(editor_page.locator(".messages")).to_contain_text("goes live on Sunday, 27 October 2030, 02:30 CEST.")
    await editor_page.goto(address)
    # Wagtail's own message names no zone at such a time.
    await expect(editor_page.locator(".messages")).to_contain_text("go live at 27 October 2030, 02:30")


@pytest.mark.nightly
async def test_blocks_that_are_empty_are_named_and_axe_finds_nothing(editor_page: Page) -> None:
    await open_saved_post(editor_page, "Soon with blocks", "Good morning.")
    await until_saved(editor_page)
    # What a chooser and the editor of rich text hold is in hidden inputs.
    await add_block(editor_page, "Figure")
    await add_block(editor_page, "Paragraph")
    await press(editor_page)
    lines = editor_page.get_by_role("dialog").get_by_role("link")
    await expect(lines).to_have_text(["Image is empty", "Paragraph is empty"])
    await look_with_axe(editor_page)
    await lines.first.click()
    await expect(editor_page.locator("#body-1-value-image-image-chooser").get_by_role("button").last).to_be_focused()


@pytest.mark.nightly
async def test_a_picture_without_alt_text_is_named(editor_page: Page, project: int) -> None:
    await editor_page.goto(f"/admin/pages/{project}/edit/")
    alt_text = editor_page.get_by_label("Alt text", exact=True).first
    await alt_text.fill("")
    await press(editor_page)
    await editor_page.get_by_role("link", name="Alt text is empty").first.click()
    await expect(alt_text).to_be_focused()
    # An autosave that comes later would be stored in the site of the next test.
    await until_saved(editor_page)


@pytest.mark.nightly
async def test_what_wagtails_checks_find_leads_to_its_field(editor_page: Page, project: int) -> None:
    await editor_page.goto(f"/admin/pages/{project}/edit/")
    texts = editor_page.get_by_label("Alt text", exact=True)
    # That of a block, and that of a child row.
    for alt_text in (texts.first, texts.last):
        await alt_text.fill("photo.jpg")
    await until_saved(editor_page)
    toggle = editor_page.get_by_role("button", name="Toggle checks")
    await toggle.click()
    await expect(editor_page.locator("[data-content-checker-row]")).to_have_count(2)
    await toggle.click()
    found = set()
    for number in range(2):
        await press(editor_page)
        await editor_page.get_by_role("dialog").get_by_role("link", name="Image alt text").nth(number).click()
        focused = editor_page.locator("[name$=-alt_text]:focus")
        await expect(focused).to_have_value("photo.jpg")
        found.add(await focused.get_attribute("name"))
    assert found == {await alt_text.get_attribute("name") for alt_text in (texts.first, texts.last)}


async def save_as_a_draft_what_cannot_be_published(page: Page) -> None:
    """The page says only that."""
    await page.get_by_role("textbox", name="Title*").fill("")
    await press_publish(page)
    messages = page.locator(".messages")
    await expect(messages).to_contain_text("Your changes are saved as a draft")
    await expect(messages).not_to_contain_text("could not be saved")


async def come_to_the_empty_title(editor_page: Page) -> None:
    """The dialog leads to what it names, and leaves the screen."""
    title = editor_page.get_by_role("textbox", name="Title*")
    await press(editor_page)
    await editor_page.get_by_role("link", name="Title is empty").click()
    await expect(editor_page.get_by_role("dialog", name="When is it published?")).to_have_count(0)
    await expect(title).to_be_focused()
    await title.fill("For tomorrow")


async def schedule_for_tomorrow(page: Page) -> None:
    """Three clicks are enough. Tomorrow is the day after the press, however long the form and the dialog were open."""
    dialog = page.get_by_role("dialog", name="When is it published?")
    await press(page)
    await dialog.get_by_label("Tomorrow").click()
    now = datetime.datetime.now(datetime.UTC).replace(hour=11, minute=57) + datetime.timedelta(days=3)
    await page.clock.set_fixed_time(now)
    await press(page, "Schedule")
    said = await dialog.get_by_label("Tomorrow").evaluate("(choice) => choice.validationMessage")
    assert said == "This time has passed."
    await press(page, "Go on writing")

    await press(page)
    tomorrow = now + datetime.timedelta(days=1)
    await expect(dialog.get_by_text("Tomorrow")).to_contain_text(f"{tomorrow:%A} {tomorrow.day} {tomorrow:%B}, 09:00")
    await expect(dialog).to_contain_text("where it is 11:57 now.")
    await dialog.get_by_label("Tomorrow").click()
    await press(page, "Schedule")
    await expect(page.locator(".messages")).to_contain_text("scheduled for publishing")
    await page.goto("/admin/")
    item = page.locator("#scheduled-content li").filter(has_text="For tomorrow")
    await expect(item).to_contain_text(f"goes live on {tomorrow.day} {tomorrow:%B %Y}, 09:00 UTC")


async def go_on_writing(page: Page) -> None:
    """Close the dialog in both ways. Nothing is published, and the author is where they were."""
    await press(page)
    await press(page, "Go on writing")
    await expect(page.get_by_role("button", name="Publish", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="When is it published?")).to_have_count(0)
    await expect(page.get_by_role("button", name="Publish", exact=True)).to_be_enabled()


async def name_impossible_times(page: Page) -> None:
    """Say so before anything is sent: neither the past nor an end before the beginning can be chosen."""
    await press(page)
    dialog = page.get_by_role("dialog", name="When is it published?")
    times = [
        ("Time of publication", "2020-03-01T08:30", "This time has passed."),
        ("Until", "2020-04-01T00:00", "This time has passed."),
        ("Time of publication", "2999-03-01T08:30", ""),
        ("Until", "2999-03-01T08:00", "It would end before it begins."),
        ("Until", "2999-03-02T08:00", ""),
    ]
    for label, value, message in times:
        await dialog.get_by_label(label).fill(value)
        assert await dialog.get_by_label(label).evaluate("(field) => field.validationMessage") == message
    await press(page, "Go on writing")


async def look_with_axe(page: Page) -> None:
    """Let axe find nothing in the dialog, on a desk and a phone."""
    for screen, colours in zip((SCREENS["phone"], SCREENS["desk"]), ("dark", "light"), strict=True):
        await page.set_viewport_size(screen)
        await use_colours(page, colours)
        results = await Axe().run(page, context=".publish-dialog")
        assert results.response["violations"] == [], results.generate_report()
