"""Tests in a real browser against a real server.

    async def test_something(server, browser, editor_page): ...

- `server`: uvicorn and the worker, whose database is restored for each test module; has `.url`, `.var_dir`, `.log`.
- `project`: the id of a project with every kind of field and block on that site.
- `browser`: Playwright's Browser (async API). `await browser.new_page(base_url=server.url)` is a visitor; make a
  `browser.new_context(viewport=..., java_script_enabled=False, ...)` for a phone, or for somebody without JavaScript.
- `editor_page`: an empty page whose visitor is logged in to the admin; addresses are relative to the site.
  Another window of the same editor: `await editor_page.context.new_page()`.
- `picture_host`: the address of another host, from which the site fetches pictures.
- `views`: how axe looks at a screen, for `tests/e2e/accessibility.py`.
- `watch`: fails the test on errors in the browser's console, and on any request to another host. When an error is
  part of the test: `watch.expect_error("404")`, with any part of its text.

`tests/e2e/editing.py` has the steps of an editor. The server's log is printed with a failed test. Each worker has one
server and one Chromium; the browser lives on the event loop of the session, so its tests and fixtures run there too.
"""

import os
import re
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from tests.conftest import is_nightly
from tests.databases import build_once
from tests.e2e.accessibility import ALL_VIEWS, FEW_VIEWS, View
from tests.e2e.editing import hold_presses
from tests.e2e.rich_page import add_rich_page
from tests.e2e.visiting import CHROMIUM_FLAGS
from tests.running_site import PUBLIC_ADDRESS, RunningSite, read_session, run_site

PATIENCE = 60_000  # milliseconds
expect.set_options(timeout=PATIENCE)
PICTURE = Path(__file__).parents[2] / "quickstart/sample_site/pictures/proof-marks.webp"


class Watch:
    """Notes what a browser must not do."""

    def __init__(self, allowed_host: str) -> None:
        self.allowed_host = allowed_host
        self.errors: list[str] = []
        self.foreign_requests: list[str] = []
        # Wagtail's own checks of a page that is being written say in the console what they find.
        self._expected = ["axe.run results"]

    def follow(self, context: BrowserContext) -> None:
        """Watch every page of `context`, and don't wait for ever on any."""
        context.set_default_timeout(PATIENCE)
        context.on("request", lambda request: self._check_address(request.url))
        context.on("page", lambda page: page.on("websocket", lambda websocket: self._check_address(websocket.url)))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("console", self._note_message)

    def expect_error(self, text: str) -> None:
        """Let console errors pass that contain `text`."""
        self._expected.append(text)

    @property
    def unexpected_errors(self) -> list[str]:
        return [error for error in self.errors if not any(text in error for text in self._expected)]

    def _note_message(self, message: ConsoleMessage) -> None:
        # Without a reason, its frame has gone while it connected. What the server refuses has one.
        is_left = re.fullmatch(r"WebSocket connection to '[^']+' failed: ", message.text)
        if message.type == "error" and not is_left:
            self.errors.append(f"{message.text} ({message.location['url']})")

    def _check_address(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in {"data", "blob", "about"} and address.netloc != self.allowed_host:
            self.foreign_requests.append(url)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser. Without windows of its own it takes a third less time."""
    programs = ("chromium-headless-shell", "chromium", "chromium-browser")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, programs)), None)
    if path is None:
        pytest.skip("Chromium is absent: apt-get install chromium-headless-shell (or set CHROMIUM to the path of one)")
    return path


@pytest.fixture(scope="session")
def small_site_server(
    chromium: str, small_site_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningSite]:
    """The server of this worker, which all test modules share."""
    folder = tmp_path_factory.mktemp("site") / "var"
    shutil.copytree(small_site_folder, folder)
    with run_site(folder, DJANGO_SETTINGS_MODULE="tests.e2e.settings") as site:
        yield site


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, small_site_server: RunningSite) -> RunningSite:
    """The small site, running; what one test module changes, no other sees.

    If a test of the module asks for the project, it has it from the beginning: to restore the site costs a second.
    """
    tests = [item for item in request.session.items if item.path == request.path]
    fixtures = {name for test in tests for name in getattr(test, "fixturenames", ())}
    folder: Path = request.getfixturevalue("rich_site_folder" if "project" in fixtures else "small_site_folder")
    small_site_server.restore(folder)
    return replace(small_site_server, log_start=len(small_site_server.log))


@pytest.fixture(scope="session")
def rich_site_folder(run_folder: Path, small_site_folder: Path) -> Path:
    """The small site with a project that has every kind of field and block."""

    def build(folder: Path) -> None:
        shutil.copytree(small_site_folder, folder, dirs_exist_ok=True)
        (folder / "project").write_text(str(add_rich_page(folder)))

    return build_once(run_folder / "rich-site", build)


@pytest.fixture(scope="module")
def project(server: RunningSite, rich_site_folder: Path) -> int:
    """The id of a project with every kind of field and block, longer than any screen, on the running site."""
    return int((rich_site_folder / "project").read_text())


class PictureHandler(BaseHTTPRequestHandler):
    """Answers with a picture, whatever is asked for."""

    def do_GET(self) -> None:
        content = PICTURE.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def picture_host() -> Iterator[str]:
    """The address of another host, with pictures, which the site takes for a public one."""
    with ThreadingHTTPServer((PUBLIC_ADDRESS, 0), PictureHandler) as host:
        thread = threading.Thread(target=host.serve_forever, daemon=True)
        thread.start()
        yield f"http://{PUBLIC_ADDRESS}:{host.server_port}"
        host.shutdown()
        thread.join()


@pytest.fixture
def watch(server: RunningSite) -> Iterator[Watch]:
    """Fails the test that makes the browser complain or speak to another host."""
    watch = Watch(urlsplit(server.url).netloc)
    yield watch
    assert watch.foreign_requests == []
    assert watch.unexpected_errors == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running_browser(chromium: str) -> AsyncIterator[Browser]:
    """The Chromium of this worker."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(running_browser: Browser, watch: Watch) -> AsyncIterator[Browser]:
    """Chromium, watched, without anything of an earlier test."""
    running_browser.on("context", watch.follow)
    yield running_browser
    running_browser.remove_listener("context", watch.follow)
    for context in running_browser.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def editor_page(browser: Browser, server: RunningSite, small_site_folder: Path) -> Page:
    """A page of an editor who has logged in."""
    cookie = {"name": "sessionid", "value": read_session(small_site_folder), "url": server.url}
    context = await browser.new_context(base_url=server.url)
    await context.add_cookies([cookie])
    await hold_presses(context)
    return await context.new_page()


@pytest.fixture(scope="session")
def views(request: pytest.FixtureRequest) -> list[View]:
    """The sizes and colour schemes in which axe looks at a screen: in CI each once, at night all combinations."""
    return ALL_VIEWS if is_nightly(request.config) else FEW_VIEWS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Print the server's log with a failed test."""
    report = yield
    site = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(site, RunningSite):
        report.sections.append(("Log of server and worker", site.log))
    return report
