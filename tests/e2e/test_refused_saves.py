"""A save that is refused on its way names what refuses it, and not another person."""

import json

from playwright.async_api import Page, Route, expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import start_post

CAUSE = "The server takes its own address to be http://localhost."
# Status, body and type of an answer, and what the author reads then.
REFUSALS = [
    # Django, if a proxy changes the address or drops the cookie: `galley.async_pages.refused_forms`.
    (403, json.dumps({"cause": CAUSE}), "application/json", CAUSE),
    # Something in front of it.
    (403, "<h1>403 Forbidden</h1>", "text/html", "refuses to pass on what you save (status 403)"),
    (405, "<h1>405 Not Allowed</h1>", "text/html", "refuses to pass on what you save (status 405)"),
    (400, "<h1>400</h1>", "text/html", "more blocks or text than can be saved"),
    (413, "<h1>413 Request Entity Too Large</h1>", "text/html", "lets through (413 Content Too Large)"),
]


async def refuse_saves(page: Page, status: int, body: str, content_type: str) -> None:
    """Answer what is saved from now on in this way."""

    async def refuse(route: Route) -> None:
        # A limit of size is for what is large: not for the first question, who is signed in.
        is_limit = status in (400, 413)
        is_refused = route.request.method == "POST" and (not is_limit or len(route.request.post_data or "") > 100)
        is_from_script = "x-requested-with" in route.request.headers
        if is_refused and content_type == "application/json" and not is_from_script:
            await route.fulfill(status=status, body="<h1>This form came from another address</h1>")
        elif is_refused:
            await route.fulfill(status=status, body=body, content_type=content_type)
        else:
            await route.continue_()

    await page.unroute("**/admin/**")
    await page.route("**/admin/**", refuse)


async def test_autosave_names_what_refuses_it(editor_page: Page, watch: Watch) -> None:
    watch.expect_error("is not valid JSON")
    for number, (status, body, content_type, said) in enumerate(REFUSALS):
        watch.expect_error(str(status))
        await refuse_saves(editor_page, status, body, content_type)
        if number == 0:
            await start_post(editor_page, "Refused on its way")
        else:
            await editor_page.evaluate("dispatchEvent(new Event('online'))")
        await expect(editor_page.get_by_text(said).first).to_be_attached()
        await expect(editor_page.locator("#w-autosave-indicator")).to_contain_text("Autosave is paused")
        await expect(editor_page.locator(".sign-in-again")).to_be_hidden()
