"""A draft is saved by itself, in whatever order its author fills in the form."""

import asyncio
import json
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.e2e.accessibility import View, assert_accessible, at_night
from tests.e2e.editing import add_block, open_saved_post, publish, type_markdown, until_autosave_notices, until_saved
from tests.e2e.test_signing_in import Database
from tests.running_site import BLOG_ID, RunningSite


def saved_draft(server: RunningSite, number: str | int) -> dict[str, Any]:
    """Return the newest version of a page that the server has."""
    query = "SELECT content FROM wagtailcore_revision WHERE object_id = ? ORDER BY id DESC LIMIT 1"
    [(content,)] = Database(server).run(query, str(number))
    draft: dict[str, Any] = json.loads(content)
    return draft


def title_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Title*")


async def test_a_post_is_saved_from_its_first_words_to_the_last(
    editor_page: Page, server: RunningSite, views: list[View]
) -> None:
    await begin_with_the_text(editor_page)
    [number] = re.findall(r"/pages/(\d+)/edit/", editor_page.url)
    await type_while_a_draft_is_saved(editor_page)
    assert saved_draft(server, number)["title"] == "Then a title, and on"
    await correct_what_is_not_valid(editor_page, views)
    draft = saved_draft(server, number)
    assert draft["title"] == "Then a title, and on, saved"
    assert all(f'"{words}"' in draft["body"] for words in ("The text comes first.", "Short"))


async def begin_with_the_text(page: Page) -> None:
    """Without a title, the page is saved, and has an id."""
    await page.goto(f"/admin/pages/add/blog/blogpostpage/{BLOG_ID}/")
    await until_autosave_notices(page)
    await type_markdown(page, "The text comes first.")
    await page.wait_for_url("**/edit/")
    await title_of(page).fill("Then a title,")
    await until_saved(page)


async def type_while_a_draft_is_saved(page: Page) -> None:
    """It is saved too, without another key after it."""
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def hold_up(route: Route) -> None:
        arrived.set()
        await go_on.wait()
        await route.continue_()

    await page.route("**/edit/", hold_up, times=1)
    await title_of(page).press("End")
    await page.keyboard.type(" and")
    async with asyncio.timeout(60):
        await arrived.wait()
    await page.keyboard.type(" on")
    go_on.set()
    await page.wait_for_event("requestfinished", lambda request: request.method == "POST")
    await until_saved(page)


async def correct_what_is_not_valid(page: Page, views: list[View]) -> None:
    """It is named, and everything else is saved."""
    await add_block(page, "Heading")
    heading = page.get_by_role("textbox", name="Text*")
    await heading.evaluate("field => field.removeAttribute(`maxlength`)")
    await heading.fill("Too long " * 30)
    await title_of(page).press("End")
    await page.keyboard.type(", saved")
    await page.get_by_role("tab", name="Promote").click()
    warning = page.locator(".footer__save-warning")
    await expect(warning).to_contain_text("Saved, but for what isn’t valid yet")
    await assert_accessible(page, at_night(views), ".footer__save-warning")
    # It is unsaved.
    await page.wait_for_function("!dispatchEvent(new Event('beforeunload', { cancelable: true }))")

    await warning.get_by_role("link", name="Body, Heading, Text: Ensure this value has at most 255 characters").click()
    await expect(heading).to_be_focused()
    await heading.fill("Short")
    await expect(warning).to_be_empty()
    await until_saved(page)


@pytest.mark.nightly
async def test_what_is_typed_at_once_is_saved_and_published(editor_page: Page, server: RunningSite) -> None:
    await editor_page.clock.install()
    await open_saved_post(editor_page, "Published", "The text comes first.")
    [number] = re.findall(r"/pages/(\d+)/edit/", editor_page.url)
    await type_before_wagtail_looks_at_the_form(editor_page)
    assert saved_draft(server, number)["title"] == "Published at once"

    await publish(editor_page)
    await editor_page.locator(".messages").get_by_role("link", name="View live").click()
    await expect(editor_page.get_by_role("heading", name="Published at once")).to_be_visible()
    await expect(editor_page.get_by_text("The text comes first.")).to_be_visible()


async def type_before_wagtail_looks_at_the_form(page: Page) -> None:
    """It looks two seconds after the form was opened. What was typed until then is saved too."""
    await page.wait_for_function("Boolean(wagtail.app?.controllers.length)")
    await title_of(page).press("End")
    await page.keyboard.type(" at once")
    await page.clock.fast_forward(2_000)
    await until_saved(page)


@pytest.mark.nightly  # In CI, `test_many_pictures.py` chooses several for a block.
async def test_several_pictures_are_chosen_at_once(editor_page: Page, project: int, server: RunningSite) -> None:
    await editor_page.goto(f"/admin/pages/{project}/edit/")
    await until_autosave_notices(editor_page)
    rows = editor_page.locator("#id_gallery-FORMS > [data-inline-panel-child]")
    await expect(rows).to_have_count(2)
    # No row is there before something is chosen.
    await editor_page.get_by_role("button", name="Add picture").click()
    chooser = editor_page.get_by_role("dialog")
    choices = chooser.get_by_role("checkbox")
    number = 2 + len({await choices.first.get_attribute("value"), await choices.last.get_attribute("value")})
    await choices.first.check()
    await choices.last.check()
    await expect(rows).to_have_count(2)
    await chooser.get_by_role("button", name="Confirm selection").click()
    await expect(rows).to_have_count(number)
    await until_saved(editor_page)
    assert len(saved_draft(server, project)["gallery"]) == number
