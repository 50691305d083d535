"""Tests in a real browser against a real server.

    async def test_something(server, browser, editor_page): ...

- `server`: uvicorn and the worker on a database file of the test module's own; has `.url`, `.var_dir`, `.log`.
- `browser`: Playwright's Browser (async API). `await browser.new_page(base_url=server.url)` is a visitor; make a
  `browser.new_context(viewport=..., java_script_enabled=False, ...)` for a phone, or for somebody without JavaScript.
- `editor_page`: a page whose visitor is logged in to the admin; addresses are relative to the site.
  Another window of the same editor: `await editor_page.context.new_page()`.
- `watch`: fails the test on errors in the browser's console, and on any request to another host. When an error is
  part of the test: `watch.expect_error("404")`, with any part of its text.

`tests/e2e/editing.py` has the steps of an editor. The server's log is printed with a failed test. Everything is
asynchronous, so that no event loop is left running behind the tests that use the database.
"""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from tests.e2e.editing import log_in
from tests.running_site import EDITOR, EDITOR_PASSWORD, RunningSite, build_small_site, run_site

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    # Nothing but the server can be reached, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


PATIENCE = 30_000  # milliseconds
expect.set_options(timeout=PATIENCE)


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
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location['url']})")

    def _check_address(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in {"data", "blob", "about"} and address.netloc != self.allowed_host:
            self.foreign_requests.append(url)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is absent: apt-get install chromium (or set CHROMIUM to the path of one)")
    return path


@pytest.fixture(scope="session")
def small_site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Database and media of the small site, built once and copied for each server."""
    folder = tmp_path_factory.mktemp("small-site")
    build_small_site(folder)
    return folder


@pytest.fixture(scope="module")
def server(chromium: str, small_site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The small site, running; what one test module changes, no other sees."""
    folder = tmp_path_factory.mktemp("site") / "var"
    shutil.copytree(small_site_folder, folder)
    with run_site(folder) as site:
        yield site


@pytest.fixture
def watch(server: RunningSite) -> Iterator[Watch]:
    """Fails the test that makes the browser complain or speak to another host."""
    watch = Watch(urlsplit(server.url).netloc)
    yield watch
    assert watch.foreign_requests == []
    assert watch.unexpected_errors == []


@pytest.fixture
async def browser(chromium: str, watch: Watch) -> AsyncIterator[Browser]:
    """Chromium, watched."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        browser.on("context", watch.follow)
        yield browser
        await browser.close()


@pytest.fixture
async def editor_page(browser: Browser, server: RunningSite) -> Page:
    """A page of an editor who has logged in."""
    context = await browser.new_context(base_url=server.url)
    page = await context.new_page()
    await log_in(page, EDITOR, EDITOR_PASSWORD)
    return page


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Print the server's log with a failed test."""
    report = yield
    site = getattr(item, "funcargs", {}).get("server")
    if report.failed and site is not None:
        report.sections.append(("Log of server and worker", site.log))
    return report
