"""An editor plans in the calendar, and finds what was just written."""

import asyncio
import datetime

import pytest
from playwright.async_api import Browser, Page, expect
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from tests.e2e.accessibility import SCREENS, View, assert_accessible
from tests.e2e.editing import save_post
from tests.running_site import BLOG_ID, RunningSite

MONTH = "/admin/calendar/?date=2999-03-12"
WEEK = "/admin/calendar/?date=2999-03-12&view=week"


async def schedule(page: Page, title: str, time: str) -> None:
    """Schedule a new post, as the form does."""
    script = {"X-Requested-With": "XMLHttpRequest"}
    token = (await (await page.request.get("/admin/session/", headers=script)).json())["token"]
    fields = {"title": title, "slug": "", "body": streamfield([]), "post_authors": inline_formset([])}
    fields |= {"go_live_at": time, "action-publish": "1"}
    await page.request.post(
        f"/admin/pages/add/blog/blogpostpage/{BLOG_ID}/",
        form={name: str(value) for name, value in nested_form_data(fields).items()},
        headers={"X-CSRFToken": token},
    )


async def test_a_scheduled_post_is_dragged_to_another_day(editor_page: Page) -> None:
    await open_month(editor_page)
    await assert_accessible(editor_page, [(SCREENS["desk"], "light")])
    await drag_to(editor_page, "2999-03-20")
    await expect(editor_page.locator(".messages")).to_contain_text("goes live on Wednesday, 20 March 2999, 09:30 UTC")
    await stands_at(editor_page, "2999-03-20")
    await move_by_keys(editor_page)


async def open_month(page: Page, title: str = "In spring") -> None:
    await schedule(page, title, "2999-03-12T09:30")
    await page.goto(MONTH)
    await stands_at(page, "2999-03-12", title)


async def drag_to(page: Page, day: str) -> None:
    await page.locator("[data-move] time").last.drag_to(page.locator(f"[data-day='{day}']"))


async def stands_at(page: Page, day: str, title: str = "In spring") -> None:
    await expect(page.locator("[data-day]").filter(has_text=title)).to_have_attribute("data-day", day)


async def move_by_keys(page: Page) -> None:
    await page.get_by_role("link", name="Move “In spring”").press("Enter")
    await page.get_by_label("Move to*").fill("2999-03-21")
    await page.get_by_role("button", name="Move", exact=True).press("Enter")
    await stands_at(page, "2999-03-21")


async def test_an_address_that_leaked_is_replaced_and_shows_nothing_any_more(
    server: RunningSite, browser: Browser, editor_page: Page
) -> None:
    await schedule(editor_page, "In autumn", f"{datetime.date.today().year + 1}-03-12T09:30")
    # A calendar program isn't signed in.
    program = (await browser.new_context(base_url=server.url)).request
    await editor_page.goto("/admin/calendar/")
    await editor_page.get_by_role("button", name="Make an address").click()
    address = editor_page.get_by_label("Subscribe to this address")
    leaked = await address.input_value()
    assert "In autumn" in await (await program.get(leaked)).text()
    await editor_page.get_by_role("button", name="Make a new address").click()
    await expect(editor_page.locator(".messages")).to_contain_text("If there was one before, it has ended.")
    await expect(address).not_to_have_value(leaked)
    assert (await program.get(leaked)).status == 404
    assert "In autumn" in await (await program.get(await address.input_value())).text()


@pytest.mark.nightly
async def test_nothing_is_dragged_into_the_past_and_all_views_are_accessible(
    editor_page: Page, views: list[View]
) -> None:
    await open_month(editor_page, "In summer")
    await assert_accessible(editor_page, views)
    await editor_page.evaluate("document.querySelector('[data-calendar]').dataset.calendar = '2999-03-15'")
    await drag_to(editor_page, "2999-03-14")
    await expect(editor_page.get_by_role("status").filter(has_text="in the past")).to_be_visible()

    await editor_page.get_by_role("link", name="Move “In summer”").press("Enter")
    await expect(editor_page.get_by_label("Move to*")).to_be_visible()
    await assert_accessible(editor_page, views)

    for address in (WEEK, "/admin/blogpostpage-list/?state=scheduled"):
        await editor_page.goto(address)
        await expect(editor_page.get_by_text("In summer").first).to_be_visible()
        await assert_accessible(editor_page, views)


@pytest.mark.nightly  # In CI, `tests/galley/page_lists` asks for the same results.
async def test_the_list_finds_what_was_written_as_it_is_typed(editor_page: Page) -> None:
    await save_post(editor_page, "A letter", "Of a *palimpsest*.")
    async with asyncio.timeout(60):
        found = ""
        while "A letter" not in found:  # until the worker has read it
            answer = await editor_page.request.get("/admin/blogpostpage-list/results/?state=drafts&q=palim")
            found = await answer.text()
    await editor_page.goto("/admin/blogpostpage-list/")
    await editor_page.get_by_role("link", name="Drafts", exact=True).click()
    await editor_page.get_by_label("Search term").press_sequentially("palimp")
    await expect(editor_page.get_by_text("1-1 of 1 blog post")).to_be_visible()
    await expect(editor_page.get_by_role("link", name="A letter", exact=True)).to_be_visible()
    await expect(editor_page.get_by_role("link", name="Drafts", exact=True)).to_have_attribute("aria-current", "page")
