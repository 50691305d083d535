"""A visit is counted without a trace of the visitor, that of somebody who objects isn't, and editors see the number."""

from playwright.async_api import Browser, Page, expect

from tests.e2e.accessibility import View, assert_accessible, at_night, one_of
from tests.e2e.editing import publish_post
from tests.running_site import BLOG_ID, RunningSite

# Headless Chromium would be taken for a robot.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TITLE = "A sheet that one person reads"
UNTIL_COUNTED = """async () => {
  const read = async () => (await fetch("/admin/")).text();
  while ((await read()).includes("No visits yet.")) await new Promise((resolve) => setTimeout(resolve, 500));
}"""


async def test_a_visit_is_counted_and_shown_to_editors(
    server: RunningSite, browser: Browser, editor_page: Page, views: list[View]
) -> None:
    await editor_page.goto("/admin/")
    await expect(editor_page.get_by_role("main")).to_contain_text("No visits yet.")
    await publish_post(editor_page, TITLE, "Hardly a text.")
    for objection in ({"Sec-GPC": "1"}, {"DNT": "1"}, {}):
        visitor = await browser.new_context(base_url=server.url, user_agent=USER_AGENT, extra_http_headers=objection)
        page = await visitor.new_page()
        await page.goto("/blog/a-sheet-that-one-person-reads/")
        assert await visitor.cookies() == []
    await editor_page.evaluate(UNTIL_COUNTED)
    await editor_page.reload()
    panel = editor_page.get_by_role("main")
    await expect(panel).to_contain_text("1 visit")
    await expect(panel.get_by_role("link", name=TITLE).first).to_be_visible()
    await assert_accessible(editor_page, one_of(views))
    await panel.get_by_role("link", name=TITLE).first.click()
    await editor_page.get_by_role("button", name="Toggle statistics").click()
    beside = editor_page.locator(".reading-panel")
    await expect(beside).to_contain_text("Read 1 time in the last 30 days")
    await assert_accessible(editor_page, at_night(views), ".reading-panel")
    for path in ("blogpostpage-list", f"pages/{BLOG_ID}"):
        await editor_page.goto(f"/admin/{path}/")
        row = editor_page.get_by_role("row").filter(has_text=TITLE)
        await expect(row.get_by_role("img", name="By day: at most 1")).to_be_visible()
        await assert_accessible(editor_page, at_night(views), "table")
