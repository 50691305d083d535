"""A connection that is lost is said to be lost, and what was written meanwhile catches up."""

import re

import pytest
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


async def go_through_a_tunnel(editor_page: Page, screen: Page) -> None:
    """A screen without network says so, and comes back."""
    await editor_page.context.set_offline(True)
    await expect(bar(screen)).to_contain_text("No network")
    await editor_page.context.set_offline(False)
    await editor_page.get_by_role("textbox", name="Title*").fill("Out of the tunnel")
    await expect(screen.get_by_role("heading", name="Out of the tunnel")).to_be_visible()
    await expect(bar(screen)).to_have_text("Live")
    await expect(editor_page.locator(".live-preview__state")).to_have_text("Live")


async def outlive_the_server(editor_page: Page, screen: Page, server: RunningSite) -> None:
    """A server that is killed and started again loses nothing."""
    title = editor_page.get_by_role("textbox", name="Title*")
    await title.fill("Outlives")
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


async def test_without_network_or_server_nothing_is_lost(server: RunningSite, editor_page: Page, watch: Watch) -> None:
    for text in ("ERR_", "Failed to fetch", "WebSocket"):
        watch.expect_error(text)
    screen = await write_and_watch(editor_page, "On the train")
    await go_through_a_tunnel(editor_page, screen)
    await outlive_the_server(editor_page, screen, server)


class Line:
    """What is between the browser and the server's sockets."""

    def __init__(self) -> None:
        self.is_refused = False
        self.sockets: list[WebSocketRoute] = []
        self._asleep: set[WebSocketRoute] = set()

    async def route(self, socket: WebSocketRoute) -> None:
        """Pass everything on, until the socket is asleep: then nothing comes through, and nobody is told."""
        if self.is_refused:
            await socket.close(code=1012)
            return
        behind = socket.connect_to_server()
        socket.on_message(lambda message: None if socket in self._asleep else behind.send(message))
        behind.on_message(lambda message: None if socket in self._asleep else socket.send(message))
        self.sockets.append(socket)

    async def cut(self) -> None:
        """Close all sockets, and let nobody connect."""
        self.is_refused = True
        for socket in self.sockets:
            await socket.close(code=1012)
        self.sockets.clear()

    def fall_asleep(self) -> None:
        """Let nothing through any more on the sockets that are open."""
        self._asleep.update(self.sockets)


async def catch_up_with_what_was_written_meanwhile(editor_page: Page, screen: Page, line: Line) -> None:
    """A lost connection says so, and catches up."""
    state = editor_page.locator(".live-preview__state")
    await line.cut()
    await expect(state).to_contain_text("Connection lost")
    await expect(bar(screen)).to_contain_text("Connection lost")
    await editor_page.get_by_role("textbox", name="Title*").fill("Steady on")
    line.is_refused = False
    await expect(state).to_have_text("Live")
    for view in (screen, panel(editor_page)):
        await expect(view.get_by_role("heading", name="Steady on")).to_be_visible()


async def wake_up(editor_page: Page, screen: Page, line: Line) -> None:
    """A connection that died in sleep is found dead on waking."""
    line.fall_asleep()
    await editor_page.get_by_role("textbox", name="Title*").fill("Awake again")
    # A browser tells every frame: the panel's as well, which has a socket of its own.
    for frame in (*editor_page.frames, *screen.frames):
        await frame.evaluate("dispatchEvent(new Event('online'))")
    for view in (screen, panel(editor_page)):
        await expect(view.get_by_role("heading", name="Awake again")).to_be_visible()


# By day, the test above loses its server, and `tests/js/socket.test.js` has sockets that sleep or are refused.
@pytest.mark.nightly
async def test_a_connection_that_is_cut_or_sleeps_catches_up(editor_page: Page) -> None:
    line = Line()
    await editor_page.context.route_web_socket(re.compile("/preview/"), line.route)
    screen = await write_and_watch(editor_page, "Steady")
    await catch_up_with_what_was_written_meanwhile(editor_page, screen, line)
    await wake_up(editor_page, screen, line)


@pytest.mark.nightly
async def test_where_it_cannot_be_live_the_panel_is_wagtails_and_says_why(editor_page: Page, watch: Watch) -> None:
    watch.expect_error("frame")
    watch.expect_error("ERR_BLOCKED_BY_RESPONSE")

    async def forbid_frames(route: Route) -> None:
        response = await route.fetch()
        # Where a policy names who may frame a page, browsers ignore `X-Frame-Options`.
        policy = response.headers["content-security-policy"].replace("frame-ancestors 'self'", "frame-ancestors 'none'")
        await route.fulfill(response=response, headers=response.headers | {"content-security-policy": policy})

    line = Line()
    line.is_refused = True
    await editor_page.context.route_web_socket(re.compile("/preview/"), line.route)
    await editor_page.route("**/preview/tabs/**", forbid_frames)
    await start_post(editor_page, "The long way")
    await open_panel(editor_page)
    upstream = editor_page.frame_locator("#w-preview-iframe")
    await expect(upstream.get_by_role("heading", name="The long way")).to_be_visible()

    line.is_refused = False
    # Else the next attempt may be half a minute away.
    await editor_page.evaluate("dispatchEvent(new Event('online'))")
    await expect(editor_page.locator(".live-preview__state")).to_contain_text("a header forbids frames")
