"""What the server doesn't have is stored in the browser, and offered when the page is opened again."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, Route, expect

from tests.e2e.accessibility import View, assert_accessible
from tests.e2e.conftest import Watch
from tests.e2e.editing import (
    open_saved_post,
    publish,
    start_post,
    type_markdown,
    type_paragraph,
    until_autosave_notices,
    until_saved,
)
from tests.e2e.test_signing_in import Database
from tests.running_site import EDITOR, RunningSite

UNTIL_WATCHED = """async (tabs) => {
    while ((await navigator.locks.query()).held.length < tabs) await new Promise((resolve) => setTimeout(resolve, 50));
}"""
UNTIL_STORED = """async text => {
    const { openStore } = await import("/static/js/unsaved/store.js");
    const { key } = await (await fetch("/admin/unsaved-form-key/")).json();
    const store = await openStore(key);
    const has = (forms) => text ? forms.some(({ form }) => JSON.stringify(form).includes(text)) : !forms.length;
    while (!has(await store.readAll())) await new Promise((resolve) => setTimeout(resolve, 50));
}"""


async def until_stored(page: Page, text: str) -> None:
    """Wait until the browser has a form with the text; without a text, until it has none."""
    await page.evaluate(UNTIL_STORED, text)


async def cut_off(page: Page, watch: Watch) -> None:
    """Let no form reach the server any more."""

    async def abort(route: Route) -> None:
        await (route.abort() if route.request.method == "POST" else route.continue_())

    watch.expect_error("net::ERR_FAILED")
    await page.route("**/admin/pages/**", abort)


async def end_outage(page: Page) -> None:
    """Let forms reach the server again."""
    await page.unroute("**/admin/pages/**")
    await page.evaluate("dispatchEvent(new Event('online'))")


async def lose_tab(page: Page, address: str) -> Page:
    """Close the tab as a crash does, and open the address in another one."""
    context = page.context
    await page.close()
    page = await context.new_page()
    await page.goto(address)
    return page


def offer(page: Page) -> Locator:
    return page.get_by_role("dialog", name=re.compile("You have words from .+ that weren’t saved"))


async def test_words_of_a_lost_tab_are_offered_and_restored(editor_page: Page, watch: Watch) -> None:
    await open_saved_post(editor_page, "Lost tab", "Saved words.")
    await until_saved(editor_page)
    await cut_off(editor_page, watch)
    await write_in_several_places(editor_page)
    page = await lose_tab(editor_page, editor_page.url)
    await look_at_the_offer(page)
    await restore(page)


@pytest.mark.nightly
async def test_words_are_offered_until_they_are_saved_or_discarded(
    editor_page: Page, watch: Watch, server: RunningSite
) -> None:
    # An outage while the page is opened doesn't leave its words unprotected.
    watch.expect_error("net::ERR_FAILED")
    await editor_page.route("**/unsaved-form-key/", lambda route: route.abort(), times=1)
    await open_saved_post(editor_page, "Lost tab", "Saved words.")
    await until_saved(editor_page)
    address = editor_page.url
    await write_and_delete_during_an_outage(editor_page, watch, server)

    await cut_off(editor_page, watch)
    await write_in_several_places(editor_page)
    await open_in_another_tab(editor_page, address)
    page = await lose_tab(editor_page, address)
    await offer(page).get_by_role("button", name="Decide later").click()
    page = await lose_tab(page, address)
    await restore(page)
    await expect(page.get_by_role("textbox", name="Title*")).to_have_value(re.compile("without it"))

    # What is saved isn't offered.
    await page.evaluate(UNTIL_WATCHED, 1)
    await until_stored(page, "")
    await expect(offer(page)).to_be_hidden()

    await cut_off(page, watch)
    await type_paragraph(page, "Unwanted")
    await until_stored(page, "Unwanted")
    page = await lose_tab(page, address)
    await offer(page).get_by_role("button", name="Discard").click()
    await expect(offer(page)).to_be_hidden()
    await until_stored(page, "")
    assert "Unwanted" not in await page.locator("main").inner_text()


async def write_and_delete_during_an_outage(page: Page, watch: Watch, server: RunningSite) -> None:
    """Nothing stays stored after it, and what was deleted in it is in the history."""
    await cut_off(page, watch)
    await write_and_delete_a_paragraph(page, "Ephemeral")
    await page.get_by_role("textbox", name="Title*").press_sequentially(" without it")
    await until_stored(page, "without it")
    await end_outage(page)
    await until_stored(page, "")
    await until_saved(page)
    assert Database(server).savers_of("Ephemeral") == [EDITOR]


async def write_and_delete_a_paragraph(page: Page, words: str) -> None:
    await type_paragraph(page, words)
    await page.locator("[data-streamfield-child]").last.get_by_role("button", name="Delete").click()
    await expect(page.locator(".public-DraftEditor-content", has_text=words)).to_be_hidden()


async def write_in_several_places(page: Page) -> None:
    """Leave a paragraph that is deleted, another one, and words before those that are saved."""
    await write_and_delete_a_paragraph(page, "Short-lived")
    await type_paragraph(page, "Written during the outage")
    await page.locator(".CodeMirror").click()
    await page.keyboard.press("Control+Home")
    await page.keyboard.type("More ")
    await until_stored(page, "More Saved words.")


async def open_in_another_tab(page: Page, address: str) -> None:
    """Nothing is offered there: the tab of the words is open."""
    other = await page.context.new_page()
    await other.goto(address)
    await other.evaluate(UNTIL_WATCHED, 2)
    await expect(offer(other)).to_be_hidden()
    await other.close()


async def look_at_the_offer(page: Page) -> None:
    """It shows what would come back, even what was deleted."""
    rows = offer(page).get_by_role("row")
    await expect(rows.filter(has_text="Written during the outage")).to_have_count(1)
    await expect(rows.filter(has_text="Short-lived")).to_have_count(1)
    await expect(rows.filter(has_text="More").get_by_role("cell")).to_have_text(["More Saved words.", re.compile("^S")])
    marked = await rows.locator("ins").all_text_contents()
    assert {"More", "Written", "during", "the", "outage", "Short", "lived"} <= set(marked)
    assert (await Axe().run(page, context=".unsaved")).violations_count == 0


async def restore(page: Page) -> None:
    """Restore the words. What cannot be restored stays."""
    await page.route("**/edit/", lambda route: route.abort(), times=1)
    await offer(page).get_by_role("button", name="Restore").click()
    await expect(offer(page).get_by_role("alert")).to_contain_text("They are still stored in this browser.")
    await until_stored(page, "More Saved words.")

    await offer(page).get_by_role("button", name="Restore").click()
    await expect(page.locator(".public-DraftEditor-content")).to_have_text(["Short-lived", "Written during the outage"])
    await expect(page.locator(".CodeMirror")).to_contain_text("More Saved words.")
    await expect(offer(page)).to_be_hidden()
    await until_stored(page, "")


async def test_words_that_a_new_page_was_published_with_are_not_offered_in_the_next(
    editor_page: Page, watch: Watch
) -> None:
    watch.expect_error("net::ERR_FAILED")

    async def abort_autosave(route: Route) -> None:
        is_autosave = "application/json" in route.request.headers["accept"]
        await (route.abort() if is_autosave else route.continue_())

    await editor_page.route("**/admin/pages/add/**", abort_autosave)
    await start_post(editor_page, "Published at once")
    await until_autosave_notices(editor_page)
    await type_markdown(editor_page, "Before any autosave.")
    await until_stored(editor_page, "Before any autosave.")
    await publish(editor_page)
    await editor_page.unroute("**/admin/pages/add/**")
    await start_post(editor_page, "The next")
    await until_saved(editor_page)
    await until_stored(editor_page, "")
    await expect(offer(editor_page)).to_have_count(0)


@pytest.mark.nightly
async def test_words_of_a_page_that_was_never_saved_are_restored(editor_page: Page, watch: Watch) -> None:
    await cut_off(editor_page, watch)
    await start_post(editor_page, "Never saved")
    await until_autosave_notices(editor_page)
    await type_markdown(editor_page, "The first words of all.")
    await until_stored(editor_page, "The first words of all.")
    page = await lose_tab(editor_page, editor_page.url)

    await offer(page).get_by_role("button", name="Restore").click()
    await page.wait_for_url("**/edit/")
    await expect(page.locator(".CodeMirror")).to_contain_text("The first words of all.")
    await expect(page.get_by_role("textbox", name="Title*")).to_have_value("Never saved")


WITHOUT_CRYPTOGRAPHY = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"


@pytest.mark.parametrize("cause", ["site is open without HTTPS", "page is too large", "page can’t be stored"])
@pytest.mark.by_day(0)
async def test_who_writes_reads_that_words_are_stored_nowhere_and_one_state_after_the_recovery(
    editor_page: Page, watch: Watch, views: list[View], cause: str
) -> None:
    async def allow_little(route: Route) -> None:
        script = await (await route.fetch()).text()
        await route.fulfill(body=script.replace("10_000_000", "10"), content_type="text/javascript")

    async def refuse_all(route: Route) -> None:
        script = await (await route.fetch()).text()
        await route.fulfill(body=script.replace(".put(", ".noRoom("), content_type="text/javascript")

    if "HTTPS" in cause:
        await editor_page.add_init_script(WITHOUT_CRYPTOGRAPHY)
    else:
        await editor_page.route("**/unsaved/store.js", allow_little if "large" in cause else refuse_all)
    warning = editor_page.get_by_text(
        re.compile(f"{cause}.*: if this tab is closed, words that aren’t saved are lost.")
    )
    await open_saved_post(editor_page, "Stored nowhere", "Saved words.")
    await until_saved(editor_page)
    await expect(warning).to_be_hidden()

    watch.expect_error("net::ERR_INTERNET_DISCONNECTED")
    watch.expect_error("Failed to fetch")
    await editor_page.context.set_offline(True)
    await type_paragraph(editor_page, "Written during the outage")
    await expect(warning).to_be_in_viewport(ratio=1)
    await assert_accessible(editor_page, views, where="footer")
    await editor_page.get_by_role("button", name="Save draft").click()
    failure = editor_page.get_by_role("dialog", name="A network error occurred")
    await expect(failure).to_be_visible()

    await editor_page.context.set_offline(False)
    await until_saved(editor_page)
    await expect(failure).to_be_hidden()
    await expect(warning).to_be_hidden()
