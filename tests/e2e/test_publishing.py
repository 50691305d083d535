"""An editor signs in, writes an illustrated post and publishes it; a visitor reads."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.e2e.editing import (
    open_saved_post,
    press_publish,
    type_markdown,
    type_paragraph,
    until_autosave_notices,
    until_saved,
)
from tests.e2e.test_one_sitting import ALT_TEXT, add_picture, begin_post, sign_in
from tests.e2e.visiting import open_new_post
from tests.running_site import RunningSite

TITLE = "Setting the first line"


async def test_a_visitor_reads_what_an_editor_publishes_in_one_sitting(server: RunningSite, browser: Browser) -> None:
    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/blog/")
    await expect(visitor.get_by_role("link", name=TITLE)).to_have_count(0)

    page = await browser.new_page(base_url=server.url, viewport={"width": 1280, "height": 900})
    await page.goto("/admin/")
    await sign_in(page)
    await begin_post(page, TITLE)
    await until_autosave_notices(page)
    await publish_during_an_autosave(page)

    await open_new_post(visitor, TITLE)
    await expect(visitor.get_by_text("Every letter is set by hand.")).to_be_visible()
    await expect(visitor.locator("em", has_text="composing")).to_be_visible()
    await expect(visitor.get_by_alt_text(ALT_TEXT)).to_be_visible()


async def publish_during_an_autosave(page: Page) -> None:
    """Publishing waits for it. Sent side by side, both would make the page, and the second would fail."""
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def hold_up(route: Route) -> None:
        arrived.set()
        await go_on.wait()
        await route.continue_()

    await page.route("**/add/blog/blogpostpage/*/", hold_up)
    await type_paragraph(page, "Every letter is set by hand.")
    async with asyncio.timeout(60):
        await arrived.wait()
    await type_markdown(page, "This is the art of *composing*.")
    await add_picture(page)
    await press_publish(page)
    go_on.set()
    await expect(page.locator(".messages")).to_contain_text("published")


# Presses a button that saves, and says whether a change that comes right after it is autosaved.
AUTOSAVES_WHILE_SAVING = """async ([button, isStopped]) => {
    const { form } = button;
    const autosave = wagtail.app.getControllerForElementAndIdentifier(form, "w-autosave");
    const stopped = isStopped && new Promise((resolve) => {
        const stop = (event) => { event.preventDefault(); setTimeout(resolve); };
        form.addEventListener("submit", stop, { once: true });
    });
    form.requestSubmit(button);
    await stopped;
    autosave.save(new Event("input"));
    return autosave.submitPromise !== null;
}"""


# By day, a page is published while an autosave runs.
@pytest.mark.nightly
async def test_no_autosave_begins_while_a_page_is_being_saved(editor_page: Page) -> None:
    """It would be refused as out of date, or leave a revision of its own."""
    await open_saved_post(editor_page, "Saved once", "Some words.")
    await until_saved(editor_page)
    button = await editor_page.get_by_role("button", name="Save draft").element_handle()
    # A dialog that stops the form leaves autosave as it was.
    assert await editor_page.evaluate(AUTOSAVES_WHILE_SAVING, [button, True])
    await editor_page.wait_for_function(
        """() => wagtail.app.getControllerForElementAndIdentifier(
            document.querySelector("form[data-edit-form]"), "w-autosave").submitPromise === null"""
    )
    assert not await editor_page.evaluate(AUTOSAVES_WHILE_SAVING, [button, False])
    await expect(editor_page.locator(".messages")).to_contain_text("Saved once")
