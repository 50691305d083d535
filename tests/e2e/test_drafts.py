"""A draft is saved by itself, in whatever order its author fills in the form."""

import asyncio

from playwright.async_api import Page, Route, expect

from tests.e2e.editing import add_block, open_saved_post, publish, type_markdown, until_autosave_notices, until_saved
from tests.running_site import BLOG_ID


async def test_a_post_that_begins_with_its_text_is_saved(editor_page: Page) -> None:
    await editor_page.goto(f"/admin/pages/add/blog/blogpostpage/{BLOG_ID}/")
    await until_autosave_notices(editor_page)
    await type_markdown(editor_page, "The text comes first.")
    # It has been saved: the page has an id.
    await editor_page.wait_for_url("**/edit/")
    await editor_page.get_by_role("textbox", name="Title*").fill("Then a title")
    await publish(editor_page)
    await editor_page.goto("/blog/then-a-title/")
    await expect(editor_page.get_by_role("heading", name="Then a title")).to_be_visible()
    await expect(editor_page.get_by_text("The text comes first.")).to_be_visible()


async def test_what_is_typed_while_a_draft_is_saved_is_saved_too(editor_page: Page) -> None:
    """Without another key after it."""
    await open_saved_post(editor_page, "Typed on", "Some words.")
    await until_saved(editor_page)
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def hold_up(route: Route) -> None:
        arrived.set()
        await go_on.wait()
        await route.continue_()

    await editor_page.route("**/edit/", hold_up, times=1)
    title = editor_page.get_by_role("textbox", name="Title*")
    await title.press("End")
    await editor_page.keyboard.type(" and")
    async with asyncio.timeout(60):
        await arrived.wait()
    await editor_page.keyboard.type(" on")
    go_on.set()
    await editor_page.wait_for_event("requestfinished", lambda request: request.method == "POST")
    await until_saved(editor_page)
    await editor_page.reload()
    await expect(title).to_have_value("Typed on and on")


async def test_what_is_typed_before_wagtail_looks_at_the_form_is_saved(editor_page: Page) -> None:
    """It looks two seconds after the form was opened."""
    await open_saved_post(editor_page, "At once", "Some words.")
    await until_saved(editor_page)
    await editor_page.clock.install()
    await editor_page.reload()
    await editor_page.wait_for_function("Boolean(wagtail.app?.controllers.length)")
    title = editor_page.get_by_role("textbox", name="Title*")
    await title.press("End")
    await editor_page.keyboard.type(" and first")
    await editor_page.clock.fast_forward(2_000)
    await until_saved(editor_page)
    await editor_page.reload()
    await expect(title).to_have_value("At once and first")


async def test_what_isnt_valid_is_named_and_everything_else_is_saved(editor_page: Page) -> None:
    await open_saved_post(editor_page, "Valid in parts", "Some words.")
    await add_block(editor_page, "Heading")
    heading = editor_page.get_by_role("textbox", name="Text*")
    await heading.evaluate("field => field.removeAttribute(`maxlength`)")
    await heading.fill("Too long " * 30)
    title = editor_page.get_by_role("textbox", name="Title*")
    await title.fill("Valid in parts, and saved")
    await editor_page.get_by_role("tab", name="Promote").click()
    warning = editor_page.locator(".footer__save-warning")
    await expect(warning).to_contain_text("Saved, but for what isn’t valid yet")
    # It is unsaved.
    await editor_page.wait_for_function("!dispatchEvent(new Event('beforeunload', { cancelable: true }))")

    await warning.get_by_role("link", name="Body, Heading, Text: Ensure this value has at most 255 characters").click()
    await expect(heading).to_be_focused()
    await heading.fill("Short")
    await expect(warning).to_be_empty()
    await until_saved(editor_page)
    await editor_page.reload()
    await expect(title).to_have_value("Valid in parts, and saved")
    await expect(heading).to_have_value("Short")


async def test_several_pictures_are_chosen_at_once(editor_page: Page, project: int) -> None:
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
    await editor_page.reload()
    await expect(rows).to_have_count(number)
