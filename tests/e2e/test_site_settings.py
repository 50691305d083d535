"""A chief editor sets up the site on one page, and visitors see it at once."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.e2e.test_history import SCREENS
from tests.running_site import RunningSite

SETTINGS = "/admin/settings/home/sitesettings/"
BAR = "The shop is closed on Friday."


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".messages")).to_contain_text("Your site updated.")


async def assert_accessible(page: Page, where: str) -> None:
    """Assert that axe finds nothing, in light and dark, at a desk and on a phone."""
    for size in SCREENS.values():
        await page.set_viewport_size(size)
        for colours in ("light", "dark"):
            await page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
            results = await Axe().run(page, context=where)
            assert results.response["violations"] == [], results.generate_report()


async def test_the_first_start_asks_for_the_browsers_time_zone(server: RunningSite, editor_page: Page) -> None:
    # Headless Chromium is where its machine is; a test says where.
    context = editor_page.context
    await context.add_init_script(
        """const own = Intl.DateTimeFormat.prototype.resolvedOptions;
        Intl.DateTimeFormat.prototype.resolvedOptions = function () {
          return { ...own.call(this), timeZone: "Asia/Tokyo" };
        };"""
    )
    await editor_page.goto("/admin/")
    panel = editor_page.get_by_role("region", name="In which time zone is your site?")
    await expect(panel.get_by_text("Your browser’s own is selected.")).to_be_visible()
    await expect(panel.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    await assert_accessible(editor_page, "main")
    await panel.get_by_role("button", name="Use this time zone").click()
    await expect(editor_page.locator(".messages")).to_contain_text("The site’s time zone is Asia/Tokyo.")
    await expect(panel).to_have_count(0)


async def test_all_is_set_up_on_one_page_and_dismissed_by_a_reader(
    server: RunningSite, editor_page: Page, browser: Browser
) -> None:
    page = editor_page
    await page.goto(SETTINGS)
    await page.get_by_label("Name", exact=True).fill("Proofs")
    await page.get_by_role("tab", name="Menus").click()
    menu = page.locator("#panel-child-menus-header_menu-section, [data-contentpath=header_menu]").first
    for label, address in (("Second", "/blog/"), ("First", "/about-us/")):
        await menu.get_by_role("button", name="Insert a block").last.click()
        await page.get_by_role("option", name="Address").click()
        block = menu.locator("[data-streamfield-child]").last
        await block.get_by_label("Label").fill(label)
        await block.get_by_label("Address").fill(address)
    await menu.get_by_role("button", name="Move up").last.click()
    await page.get_by_role("tab", name="Announcement").click()
    await page.get_by_label("Announcement", exact=True).fill(BAR)
    await page.get_by_role("tab", name="Mail").click()
    await page.get_by_role("button", name="Send a test to").click()
    await expect(page.get_by_role("status").filter(has_text="Nothing was sent.")).to_be_visible()
    await assert_accessible(page, "main")
    await save(page)
    for tab in ("Menus", "Announcement", "Time"):
        await page.get_by_role("tab", name=tab).click()
        await assert_accessible(page, "main")

    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/")
    await expect(visitor.locator(".running-head__name")).to_have_text("Proofs")
    await expect(visitor.locator(".running-head__menu a")).to_have_text(["First", "Second"])
    bar = visitor.get_by_role("complementary", name="Announcement")
    await expect(bar).to_contain_text(BAR)
    await assert_accessible(visitor, "body")
    await bar.get_by_role("button", name="Dismiss").focus()
    await visitor.keyboard.press("Enter")
    await expect(bar).to_have_count(0)
    await expect(visitor.get_by_role("link", name="Skip to the text")).to_be_focused()
    await visitor.goto("/blog/")
    await expect(visitor.locator(".running-head")).to_be_visible()
    await expect(bar).to_have_count(0)


@pytest.mark.parametrize("has_scripts", [True, False])
async def test_a_submenu_opens_with_the_keyboard_and_without_scripts(
    server: RunningSite, editor_page: Page, browser: Browser, has_scripts: bool
) -> None:
    await editor_page.goto(SETTINGS)
    if has_scripts:
        await editor_page.get_by_role("tab", name="Menus").click()
        menu = editor_page.locator("[data-contentpath=header_menu]").first
        await menu.get_by_role("button", name="Insert a block").last.click()
        await editor_page.get_by_role("option", name="Submenu").click()
        submenu = menu.locator("[data-streamfield-child]").last
        await submenu.get_by_label("Label").first.fill("More")
        await submenu.get_by_role("button", name="Insert a block").first.click()
        await editor_page.get_by_role("option", name="Address").click()
        await submenu.get_by_label("Label").last.fill("Contact")
        await submenu.get_by_label("Address").fill("/contact/")
        await save(editor_page)
    context = await browser.new_context(base_url=server.url, java_script_enabled=has_scripts)
    visitor = await context.new_page()
    await visitor.goto("/")
    link = visitor.locator(".running-head__menu").get_by_role("link", name="Contact")
    await expect(link).to_be_hidden()
    await visitor.locator(".running-head__menu summary").focus()
    await visitor.keyboard.press("Enter")
    await expect(link).to_be_visible()
    if has_scripts:
        await assert_accessible(visitor, "body")
    await link.click()
    await visitor.wait_for_url("**/contact/")
