"""A connection that is lost is said to be lost, and what was written meanwhile catches up."""

import re

from playwright.async_api import Page, Route, WebSocketRoute, expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import start_post
from tests.e2e.watching import bar, open_panel, panel, watch_on_another_screen
from tests.running_site import RunningSite


async def write_and_watch(editor_page: Page, title: str) -> Page:
    """Begin a post with the panel open; return another screen that shows it."""
    await start_post(editor_page, title)
    await open_panel(editor_page)
    await expect(editor_page.locator(".live-preview__state")).to_have_text("Live")
    screen = await watch_on_another_screen(editor_page)
    for view in (screen, panel(editor_page)):
        await expect(view.get_by_role("heading", name=title)).to_be_visible()
    return screen


async def test_a_server_that_is_killed_and_started_anew_loses_nothing(
    server: RunningSite, editor_page: Page, watch: Watch
) -> None:
    watch.expect_error("WebSocket")
    watch.expect_error("ERR_")
    watch.expect_error("Failed to fetch")
    screen = await write_and_watch(editor_page, "Outlives")
    title = editor_page.get_by_role("textbox", name="Title*")
    await title.press("End")
    await editor_page.keyboard.type(" the")
    server.server.kill()
    await editor_page.keyboard.type(" server")
    await expect(editor_page.locator(".live-preview__state")).to_contain_text("Connection lost")
    await expect(bar(screen)).to_contain_text("Connection lost")
    server.server.start()
    await editor_page.keyboard.type(" that shows it")
    for view in (screen, panel(editor_page)):
        await expect(view.get_by_role("heading", name="Outlives the server that shows it")).to_be_visible()
    await expect(editor_page.locator(".live-preview__state")).to_have_text("Live")
    await expect(bar(screen)).to_have_text("Live")


async def test_a_panel_whose_frame_is_forbidden_does_not_say_that_it_is_live(editor_page: Page, watch: Watch) -> None:
    watch.expect_error("frame")
    watch.expect_error("ERR_BLOCKED_BY_RESPONSE")

    async def forbid_frames(route: Route) -> None:
        response = await route.fetch()
        await route.fulfill(response=response, headers=response.headers | {"x-frame-options": "DENY"})

    await editor_page.route("**/preview/tabs/**", forbid_frames)
    await start_post(editor_page, "No frame")
    await open_panel(editor_page)
    await expect(editor_page.locator(".live-preview__state")).to_contain_text("a header forbids frames")


async def test_a_connection_that_died_in_sleep_is_found_dead_on_waking(editor_page: Page) -> None:
    asleep: set[WebSocketRoute] = set()
    sockets: list[WebSocketRoute] = []

    def route(socket: WebSocketRoute) -> None:
        """Pass everything on, until the socket is asleep: then nothing comes through, and nobody is told."""
        behind = socket.connect_to_server()
        socket.on_message(lambda message: None if socket in asleep else behind.send(message))
        behind.on_message(lambda message: None if socket in asleep else socket.send(message))
        sockets.append(socket)

    await editor_page.context.route_web_socket(re.compile("/preview/"), route)
    screen = await write_and_watch(editor_page, "Asleep")
    asleep.update(sockets)
    await editor_page.get_by_role("textbox", name="Title*").fill("Awake again")
    # A browser tells every frame: the panel's as well, which has a socket of its own.
    for frame in (*editor_page.frames, *screen.frames):
        await frame.evaluate("dispatchEvent(new Event('online'))")
    for view in (screen, panel(editor_page)):
        await expect(view.get_by_role("heading", name="Awake again")).to_be_visible()


async def test_a_screen_without_network_says_so_and_comes_back(editor_page: Page, watch: Watch) -> None:
    watch.expect_error("ERR_INTERNET_DISCONNECTED")
    watch.expect_error("Failed to fetch")
    screen = await write_and_watch(editor_page, "On the train")
    await editor_page.context.set_offline(True)
    await expect(bar(screen)).to_contain_text("No network")
    await editor_page.context.set_offline(False)
    await editor_page.get_by_role("textbox", name="Title*").fill("Out of the tunnel")
    await expect(screen.get_by_role("heading", name="Out of the tunnel")).to_be_visible()
    await expect(bar(screen)).to_have_text("Live")
