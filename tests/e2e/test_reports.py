"""From a report, one press leads to the field of a broken link, and another from a missing address to its redirect."""

import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.accessibility import View, assert_accessible, at_night, one_of
from tests.e2e.editing import publish_post
from tests.running_site import EDITOR, POST_ID, RunningSite

BROKEN, MISSING, ALTS = (
    f"/admin/reports/{name}/" for name in ("broken-links", "missing-addresses", "missing-alt-texts")
)
UNTIL_REPORTED = """async ([report, text]) => {
  const read = async () => (await fetch(`${report}results/`)).text();
  while (!(await read()).includes(text)) await new Promise((resolve) => setTimeout(resolve, 200));
}"""
# Headless Chromium would be taken for a robot.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def test_what_is_broken_and_missing_is_mended_from_the_reports(
    server: RunningSite, browser: Browser, editor_page: Page, views: list[View], watch
) -> None:
    watch.expect_error("404")  # the browser's note on the page that isn't there
    visitor = await browser.new_page(base_url=server.url, user_agent=USER_AGENT)
    await visitor.goto("/old-shop/")
    await visitor.close()
    page = editor_page
    await page.goto("/admin/session/")
    await publish_post(page, "A post with a link", "See [the old shop](/old-shop/).")
    # The worker reads the page.
    await page.evaluate(UNTIL_REPORTED, [BROKEN, "the old shop"])
    await page.evaluate(UNTIL_REPORTED, [MISSING, "/old-shop"])
    for address in (BROKEN, ALTS) if at_night(views) else ():
        await page.goto(address)
        await assert_accessible(page, views)
    await page.goto("/admin/")
    await page.get_by_text("1 link on your pages leads nowhere.").get_by_role("link", name="Show them").click()
    check = page.get_by_role("button", name="Check now")
    await check.click()
    await expect(page.locator(".messages")).to_contain_text("The background worker checks all links now.")
    await page.evaluate(UNTIL_REPORTED, [BROKEN, "Links to other sites were last checked on"])
    await page.get_by_role("link", name="Body in “A post with a link”").click()
    field = page.locator("[data-streamfield-child] [data-field]").first
    await expect(field).to_be_in_viewport()
    await expect(field.locator(":focus")).to_have_count(1)
    await page.goto(MISSING)
    await assert_accessible(page, one_of(views))
    await page.get_by_role("link", name="Redirect /old-shop").click()
    await expect(page.get_by_label("Redirect from")).to_have_value("/old-shop")
    await assert_accessible(page, at_night(views))
    await page.get_by_label("Redirect to any URL").fill(f"{server.url}/blog/")
    await page.get_by_role("button", name="Create").click()
    await expect(page.locator(".messages")).to_contain_text("Redirect '/old-shop' added.")
    await page.goto(MISSING)
    await expect(page.get_by_text("All is well")).to_be_visible()


@pytest.mark.nightly
async def test_health_locks_and_tasks_are_accessible(
    server: RunningSite, browser: Browser, editor_page: Page, views: list[View]
) -> None:
    with closing(sqlite3.connect(server.var_dir / "galley.sqlite3", timeout=60)) as database, database:
        database.execute("UPDATE wagtailcore_page SET locked = 1, locked_at = '2026-01-01' WHERE id = ?", [POST_ID])
    visitor = await (await browser.new_context(base_url=server.url)).new_page()
    await visitor.goto("/admin/login/")
    for number in range(5):  # PASSWORD_ATTEMPTS
        await visitor.get_by_label("Username").fill(EDITOR)
        await visitor.get_by_label("Password").fill(f"wrong-{number}")
        async with visitor.expect_event("load"):
            await visitor.get_by_role("button", name="Sign in").click()
    for path, row in (
        ("health/", "Database"),
        ("locks/", "signing in"),
        ("reports/tasks/", "Done"),
        ("reports/locked/", "Locked at"),
    ):
        await editor_page.goto(f"/admin/{path}")
        await expect(editor_page.get_by_role("table").get_by_role("row").filter(has_text=row).first).to_be_visible()
        await assert_accessible(editor_page, views)
