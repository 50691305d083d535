"""A chief editor sets up the site on one page, and visitors see it at once; a menu in a circle is refused."""

from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.accessibility import View, assert_accessible, at_night, one_of
from tests.e2e.conftest import PICTURE
from tests.running_site import RunningSite

SETTINGS = "/admin/settings/home/sitesettings/"
# Wagtail names the blocks of a StreamField by their type: two of one type have the same name.
RULES = {"landmark-unique": {"enabled": False}}
BAR = "The shop is closed on Friday."


async def assert_accessible_to_visitors(browser: Browser, server: RunningSite, views: list[View]) -> None:
    """Assert that axe finds nothing on the front page with an open submenu."""
    for size, colours in one_of(views):
        options: dict[str, Any] = {"viewport": size, "color_scheme": colours, "reduced_motion": "reduce"}
        page = await browser.new_page(base_url=server.url, **options)
        await page.goto("/")
        await page.locator(".running-head__menu summary").click()
        results = await Axe().run(page)
        assert results.response["violations"] == [], results.generate_report()
        await page.close()


async def test_the_first_start_asks_for_the_browsers_time_zone(editor_page: Page, views: list[View]) -> None:
    # Chromium is where its machine is; a test says where.
    await editor_page.context.add_init_script(
        """const own = Intl.DateTimeFormat.prototype.resolvedOptions;
        Intl.DateTimeFormat.prototype.resolvedOptions = function () {
          return { ...own.call(this), timeZone: "Asia/Tokyo" };
        };"""
    )
    await editor_page.goto("/admin/")
    panel = editor_page.get_by_role("region", name="In which time zone is your site?")
    await expect(panel.get_by_text("Your browser’s own is selected.")).to_be_visible()
    await expect(panel.get_by_role("combobox", name="Time zone")).to_have_value("Asia/Tokyo")
    await assert_accessible(editor_page, at_night(views), "#site-time-zone-section")
    await panel.get_by_role("button", name="Use this time zone").click()
    await expect(editor_page.locator(".messages")).to_contain_text("The site’s time zone is Asia/Tokyo.")
    await expect(panel).to_have_count(0)


async def add_block(blocks: Locator, kind: str, label: str) -> None:
    """Add a block at the end of the stream `blocks`, and name it."""
    labels = blocks.get_by_role("textbox", name="Label")
    number = await labels.count()
    await blocks.get_by_role("button", name="Insert a block").last.click()
    # An empty stream offers its choice already.
    await blocks.page.get_by_role("option", name=kind).last.click()
    # Until its fields are there, the last ones are another's.
    await expect(labels).to_have_count(number + 1)
    await labels.last.fill(label)


async def add_address(blocks: Locator, label: str, address: str) -> None:
    """Add a link at the end of the stream `blocks`."""
    await add_block(blocks, "Address", label)
    await blocks.get_by_role("textbox", name="Address").last.fill(address)


async def choose_pictures(page: Page) -> None:
    """Upload a logo, and choose the same picture from the library for sharing."""
    dialog = page.get_by_role("dialog")
    await choose_picture_button(page, "Logo").click()
    await dialog.get_by_role("tab", name="Upload").click()
    await dialog.get_by_label("File").set_input_files(PICTURE)
    await expect(dialog.get_by_role("textbox", name="Title")).to_have_value("proof-marks")
    await dialog.get_by_role("button", name="Upload").click()
    await expect(page.locator(".modal")).to_have_count(0)
    await choose_picture_button(page, "Picture for sharing").click()
    await dialog.get_by_role("link", name="proof-marks").click()
    await expect(page.locator(".modal")).to_have_count(0)


def choose_picture_button(page: Page, field: str) -> Locator:
    return page.get_by_role("region", name=field).get_by_role("button", name="Choose an image")


async def open_until_shown(visitor: Page, changed: Locator) -> None:
    """Open the first page again and again: just after a change, visitors may be sent the page as it was before."""
    await visitor.goto("/")
    while not await changed.is_visible():
        await visitor.reload()


async def test_all_is_set_up_on_one_page_and_seen_at_once(
    server: RunningSite, editor_page: Page, browser: Browser, views: list[View]
) -> None:
    page = editor_page
    await page.goto(SETTINGS)
    await page.locator("[name=site_name]").fill("Proofs")
    await choose_pictures(page)
    await page.get_by_role("tab", name="Menus").click()
    menu = page.get_by_role("region", name="Header menu")
    await add_block(menu, "Submenu", "More")
    await add_address(menu.locator("[data-streamfield-child]").first, "Write to us", "/contact/")
    await add_address(menu, "Blog", "/blog/")
    await menu.get_by_role("button", name="Move up").last.press("Enter")
    # It is the first now, and can only go back.
    await expect(menu.get_by_role("button", name="Move down").first).to_be_focused()
    await page.get_by_role("tab", name="Announcement").click()
    await page.locator("[name=announcement]").fill(BAR)
    await page.get_by_role("tab", name="Mail").click()
    await page.get_by_role("button", name="Send a test to").click()
    await expect(page.get_by_role("status").filter(has_text="Nothing was sent.")).to_be_visible()
    await assert_accessible(page, at_night(views), rules=RULES)
    for tab, tab_views in (("Menus", at_night(views)), ("Texts", at_night(views)), ("Announcement", one_of(views))):
        await page.get_by_role("tab", name=tab).click()
        await assert_accessible(page, tab_views, "[role=tabpanel]:not([hidden])", RULES)
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".messages")).to_contain_text("Your site updated.")

    visitor = await browser.new_page(base_url=server.url)
    logo = visitor.locator(".running-head").get_by_role("img", name="Proofs")
    await open_until_shown(visitor, logo)
    await logo.evaluate("(picture) => picture.decode()")
    shared = await visitor.locator("meta[property='og:image']").get_attribute("content")
    assert shared
    assert "/share/" not in shared  # where the pictures with a page's title are
    assert (await page.request.get(urlsplit(shared).path)).headers["content-type"].startswith("image/")
    menu = visitor.get_by_role("navigation", name="Main")
    await expect(menu.locator("a, summary")).to_have_text(["Blog", "More", "Write to us"])
    await menu.locator("summary").focus()
    await visitor.keyboard.press("Enter")
    await expect(menu.get_by_role("link", name="Write to us")).to_be_visible()
    bar = visitor.get_by_role("complementary", name="Announcement")
    await expect(bar).to_contain_text(BAR)
    await assert_accessible_to_visitors(browser, server, views)
    await bar.get_by_role("button", name="Dismiss").focus()
    await visitor.keyboard.press("Enter")
    await expect(bar).to_have_count(0)
    await expect(visitor.get_by_role("link", name="Skip to the text")).to_be_focused()
    await visitor.goto("/blog/")
    await expect(visitor.locator(".running-head")).to_be_visible()
    await expect(bar).to_have_count(0)

    without_scripts = await (await browser.new_context(base_url=server.url, java_script_enabled=False)).new_page()
    await without_scripts.goto("/")
    await expect(without_scripts.get_by_text(BAR)).to_be_visible()
    await without_scripts.locator("summary", has_text="More").click()
    await without_scripts.get_by_role("link", name="Write to us").click()
    await without_scripts.wait_for_url("**/contact/")


async def test_a_menu_that_contains_itself_gets_a_sentence_and_nothing_is_lost(
    server: RunningSite, editor_page: Page, browser: Browser
) -> None:
    page = editor_page
    await page.goto(SETTINGS)
    await page.locator("[name=site_name]").fill("The same proofs")
    await page.get_by_role("tab", name="Menus").click()
    menu = page.get_by_role("region", name="Footer menu")
    await add_address(menu, "Ink", "/blog/")
    await add_block(menu, "Submenu", "More")
    await add_address(menu.locator("[data-streamfield-child]").nth(1), "Ink again", "/blog/")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Go to the first error").click()
    sentence = "“/blog/” is in this menu twice. A menu can’t contain itself: take one of them out."
    await expect(menu.get_by_text(sentence)).to_be_visible()
    labels = menu.get_by_role("textbox", name="Label")
    assert [await one.input_value() for one in await labels.all()] == ["Ink", "More", "Ink again"]
    await expect(page.locator("[name=site_name]")).to_have_value("The same proofs")

    await menu.get_by_role("textbox", name="Address").last.fill("/contact/")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".messages")).to_contain_text("Your site updated.")
    visitor = await browser.new_page(base_url=server.url)
    await open_until_shown(visitor, visitor.get_by_role("contentinfo").get_by_role("link", name="Ink", exact=True))
