"""What is typed in the ordinary edit page is seen, as it is typed, on every screen of its author."""

import re

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import add_block, publish, start_post, type_markdown, type_paragraph, until_autosave_notices
from tests.e2e.visiting import open_new_post
from tests.e2e.watching import bar, open_panel, panel, watch_on_another_screen
from tests.running_site import RunningSite


async def add_to_title(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Title*").press("End")
    await page.keyboard.type(text)


async def test_a_new_post_is_followed_from_its_first_letter_to_its_publication(
    server: RunningSite, editor_page: Page, browser: Browser
) -> None:
    screen = await watch_on_another_screen(editor_page)
    await expect(screen.get_by_role("heading", name="Nothing is being written yet")).to_be_visible()

    await start_post(editor_page, "Followed")
    await expect(screen.get_by_role("heading", name="Followed", level=1)).to_be_visible()
    await type_paragraph(editor_page, "Set by hand.")
    await expect(screen.get_by_text("Set by hand.")).to_be_visible()
    await type_markdown(editor_page, "Then *proved*.")
    await expect(screen.locator("em", has_text="proved")).to_be_visible()

    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/blog/")
    await expect(visitor.get_by_text("Followed")).to_have_count(0)
    await publish(editor_page)
    await open_new_post(visitor, "Followed")
    await expect(visitor.locator("em", has_text="proved")).to_be_visible()


async def test_autosave_gives_a_new_page_its_id_and_the_preview_goes_on(editor_page: Page) -> None:
    await start_post(editor_page, "Draft of the day")
    await open_panel(editor_page)
    await expect(panel(editor_page).get_by_role("heading", name="Draft of the day")).to_be_visible()
    await until_autosave_notices(editor_page)
    await add_to_title(editor_page, ", and of the night")
    await editor_page.wait_for_function("location.pathname.endsWith('/edit/')")
    follow = editor_page.get_by_role("link", name="Follow on another screen")
    await expect(follow).to_have_attribute("href", re.compile(r"^/preview/pages/\d+/$"))
    screen = await watch_on_another_screen(editor_page, await follow.get_attribute("href"))
    await add_to_title(editor_page, " before")
    for view in (screen, panel(editor_page)):
        await expect(view.get_by_role("heading", name="Draft of the day, and of the night before")).to_be_visible()


async def test_a_screen_is_changed_and_never_reloaded(editor_page: Page) -> None:
    await start_post(editor_page, "Long read")
    lines = "\n\n".join(f"Paragraph {number}" for number in range(80))
    await add_block(editor_page, "Markdown")
    await editor_page.locator(".CodeMirror").last.click()
    await editor_page.keyboard.insert_text(lines + "\n\n<details><summary>More</summary>\n\nHidden\n\n</details>\n\n")
    screen = await watch_on_another_screen(editor_page)
    await screen.get_by_text("More").click()
    await screen.evaluate("window.sameDocument = true")
    await screen.evaluate("scrollTo({top: 900, behavior: 'instant'})")
    await editor_page.locator(".CodeMirror").last.click()
    await editor_page.keyboard.press("Control+End")
    await editor_page.keyboard.type("And on it goes.")
    await expect(screen.get_by_text("And on it goes.")).to_be_attached()
    assert await screen.evaluate("window.sameDocument")
    assert await screen.evaluate("scrollY") == 900
    assert await screen.evaluate("document.querySelector('details').open")


async def test_blocks_are_moved_and_deleted_before_the_authors_eyes(editor_page: Page) -> None:
    await start_post(editor_page, "Moving")
    await type_paragraph(editor_page, "Alpha")
    await type_paragraph(editor_page, "Omega")
    screen = await watch_on_another_screen(editor_page)
    blocks = screen.locator("[data-region^=block-]")
    await expect(blocks).to_have_text([re.compile("Alpha"), re.compile("Omega")])
    await editor_page.get_by_role("button", name="Move down").first.click()
    await expect(blocks).to_have_text([re.compile("Omega"), re.compile("Alpha")])
    await editor_page.get_by_role("button", name="Delete", exact=True).first.click()
    await expect(blocks).to_have_text([re.compile("Alpha")])


async def test_a_half_typed_value_is_named_and_the_rest_goes_on(editor_page: Page, watch: Watch) -> None:
    watch.expect_error("400")  # autosave refuses what isn't valid
    await start_post(editor_page, "Incomplete")
    screen = await watch_on_another_screen(editor_page)
    await editor_page.get_by_role("tab", name="Promote").click()
    await editor_page.get_by_label("Original address").fill("not an address")
    await editor_page.get_by_role("tab", name="Content").click()
    await add_to_title(editor_page, " but shown")
    await expect(screen.get_by_role("heading", name="Incomplete but shown")).to_be_visible()
    await expect(bar(screen)).to_contain_text("Original address")


async def test_a_lost_connection_says_so_and_catches_up(editor_page: Page) -> None:
    sockets: list[WebSocketRoute] = []
    refused = False

    async def route(socket: WebSocketRoute) -> None:
        if refused:
            await socket.close(code=1012)
        else:
            socket.connect_to_server()
            sockets.append(socket)

    await editor_page.context.route_web_socket(re.compile("/preview/"), route)
    await start_post(editor_page, "Steady")
    await open_panel(editor_page)
    state = editor_page.locator(".live-preview__state")
    await expect(state).to_have_text("Live")
    screen = await watch_on_another_screen(editor_page)
    await expect(screen.get_by_role("heading", name="Steady")).to_be_visible()

    refused = True
    for socket in sockets:
        await socket.close(code=1012)
    await expect(state).to_contain_text("Connection lost")
    await expect(bar(screen)).to_contain_text("Connection lost")
    await add_to_title(editor_page, " on")

    refused = False
    await expect(state).to_have_text("Live")
    await expect(screen.get_by_role("heading", name="Steady on")).to_be_visible()
    await expect(panel(editor_page).get_by_role("heading", name="Steady on")).to_be_visible()


async def test_wagtails_frame_stays_hidden_when_wagtail_replaces_it(editor_page: Page) -> None:
    await start_post(editor_page, "One frame")
    await open_panel(editor_page)
    await expect(panel(editor_page).get_by_role("heading", name="One frame")).to_be_visible()
    # A preview that Wagtail began before the connection was there ends like this.
    await editor_page.evaluate(
        """() => {
             const frame = document.querySelector("#w-preview-iframe");
             const next = frame.cloneNode();
             next.className = "w-preview__iframe";
             frame.replaceWith(next);
           }"""
    )
    await expect(editor_page.locator("#w-preview-iframe")).to_be_hidden()
    await expect(panel(editor_page).get_by_role("heading", name="One frame")).to_be_visible()


async def test_without_websockets_the_panel_of_the_admin_takes_over(editor_page: Page) -> None:
    await editor_page.context.route_web_socket(re.compile("/preview/"), lambda socket: socket.close(code=1012))
    await start_post(editor_page, "The long way")
    await open_panel(editor_page)
    upstream = editor_page.frame_locator("#w-preview-iframe")
    await expect(upstream.get_by_role("heading", name="The long way")).to_be_visible()


@pytest.mark.parametrize("address", ["/preview/", "/preview/pages/3/", "/preview/tabs/any/"])
async def test_a_stranger_is_sent_to_the_login(server: RunningSite, browser: Browser, address: str) -> None:
    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto(address)
    await expect(visitor).to_have_url(re.compile("/admin/login/"))
