"""A visitor searches, with JavaScript and without; results follow what is typed."""

import re

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from tests.e2e.visiting import wait_for_htmx
from tests.running_site import RunningSite


async def test_results_follow_what_is_typed(server: RunningSite, browser: Browser) -> None:
    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/about-us/")
    await visitor.get_by_role("banner").get_by_role("link", name="Search").click()
    await wait_for_htmx(visitor)
    await visitor.evaluate("window.sameDocument = true")
    field, status = visitor.get_by_label("Search this site"), visitor.get_by_role("status")

    await field.press_sequentially("corr", delay=30)
    await expect(status).to_have_text("1 page has these words.")
    await expect(visitor.locator("main mark")).to_have_text(["corrected"])
    await expect(visitor).to_have_url(re.compile(r"/search/\?q=corr$"))
    await expect(field).to_be_focused()
    assert not (await Axe().run(visitor)).violations_count

    await visitor.get_by_text("Type", exact=True).click()
    await visitor.get_by_role("link", name="Blog post 1").click()
    await expect(visitor).to_have_url(re.compile("type=blog-post"))
    await field.fill("galley")  # the filter stays on
    await expect(status).to_have_text("1 page has these words.")
    await expect(visitor).to_have_url(re.compile("q=galley&type=blog-post"))
    await field.fill("galllley")
    await expect(status).to_contain_text("check the spelling")
    assert await visitor.evaluate("window.sameDocument")

    await visitor.go_back()
    await expect(field).to_have_value("corr")
    await expect(visitor.locator("main mark")).to_have_text(["corrected"])


async def test_it_works_without_javascript(server: RunningSite, browser: Browser, watch) -> None:
    watch.expect_error("404")  # the browser's note on the page that isn't there
    visitor = await browser.new_page(base_url=server.url, java_script_enabled=False)
    await visitor.goto("/nowhere/")
    await visitor.get_by_label("Search this site").fill("galley")
    await visitor.get_by_role("button", name="Search").click()
    await expect(visitor.get_by_role("status")).to_have_text("2 pages have these words.")
    await visitor.get_by_text("Type", exact=True).click()
    await visitor.get_by_role("link", name="Blog post 1").click()
    await expect(visitor.get_by_role("status")).to_have_text("1 page has these words.")
    await visitor.get_by_label("Search this site").fill("corrected")
    await visitor.get_by_role("button", name="Search").click()
    await expect(visitor).to_have_url(re.compile("q=corrected&type=blog-post"))
