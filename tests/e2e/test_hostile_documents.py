"""Hostile documents, opened in a browser with the policy on: no script runs, and pages of the site cause no report."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Error, Page, Route, expect

from tests.e2e.conftest import Watch
from tests.e2e.hostile_documents import Outcome, open_documents, render, write_documents
from tests.e2e.watching import open_panel
from tests.running_site import POST_ID

PAGES = ["/", "/blog/", "/contact/", "/search/?q=tide", "/nowhere/"]
SCREENS = [
    "/admin/",
    "/admin/images/",
    "/admin/documents/multiple/add/",
    "/admin/settings/home/sitesettings/",
    "/admin/password_reset/",
    f"/admin/pages/{POST_ID}/",
]
# But for what ends the session, what is downloaded, and what a script reads.
OWN_LINKS = """[...document.links].map((link) => link.href).filter((href) => href.startsWith(origin)
    && !/(logout|leave|[0-9]\\/documents|media|static|results)\\/|[?&]export=/.test(href))"""
# A page may run no script that stands in it, and no screen a text as a script.
FORBIDDEN = "<script>eval('window.ran = 1')</script>"

NIGHT = [pytest.mark.nightly, pytest.mark.timeout(3_000)]
ALL = pytest.param(10_000, id="all", marks=NIGHT)


@pytest.mark.parametrize("number", [pytest.param(25, id="few"), ALL])
async def test_hostile_documents_run_nothing_and_cause_no_report(running_browser: Browser, number: int) -> None:
    documents = list(write_documents(number))
    assert await open_documents(running_browser, render(documents)) == Outcome(scripts=0, reports=0)
    # The same documents as they are: the policy alone stops them all, and says so.
    raw = documents[: max(25, number // 20)]
    stopped = await open_documents(running_browser, raw)
    assert stopped.scripts == 0
    assert stopped.reports > 0
    # Without it, they run.
    assert (await open_documents(running_browser, raw, has_policy=False)).scripts > 0


class Visit:
    """Goes through pages of the site as they are, and counts what their policies stop."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stopped: list[str] = []
        self.kinds: set[str] = set()

    async def begin(self) -> None:
        await self.page.expose_binding("noteStopped", lambda source, text: self.stopped.append(text))
        await self.page.add_init_script(
            """addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, documentURI }) =>
                top.noteStopped(`${effectiveDirective} ${blockedURI} on ${documentURI}`))"""
        )

    async def open(self, addresses: Iterable[str], *, follows_links: bool = False) -> None:
        """Open each; then what they lead to, one of each kind."""
        waiting = list(addresses)
        while waiting:
            address = waiting.pop(0)
            if self._is_known(address):
                continue
            try:
                await self.page.goto(address)
            except Error as error:
                if "Download is starting" not in error.message:
                    raise
                continue
            if follows_links:
                waiting += await self.page.evaluate(OWN_LINKS)

    def _is_known(self, address: str) -> bool:
        kind = re.sub(r"\d+|(?<=/tags/)[^/]+", "*", urlsplit(address).path)
        is_known = kind in self.kinds
        self.kinds.add(kind)
        return is_known


@pytest.mark.parametrize("are_all", [pytest.param(False, id="few"), pytest.param(True, id="all", marks=NIGHT)])
async def test_pages_and_screens_of_the_site_cause_no_report(
    editor_page: Page, project: int, watch: Watch, are_all: bool
) -> None:
    watch.expect_error("404")
    visit = Visit(editor_page)
    await visit.begin()
    await visit.open([*PAGES, *SCREENS], follows_links=are_all)
    await editor_page.goto(f"/admin/pages/{project}/edit/")
    await open_panel(editor_page)
    await expect(editor_page.locator(".live-preview__state")).to_have_text("Live")
    assert len(visit.kinds) > (100 if are_all else 9)
    assert visit.stopped == []


async def test_what_is_stopped_on_pages_and_screens_is_counted(editor_page: Page, watch: Watch) -> None:
    async def add_script(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=(await answer.text()).replace("</body>", f"{FORBIDDEN}</body>"))

    watch.expect_error("Content Security Policy")
    visit = Visit(editor_page)
    await visit.begin()
    for address in ("/", "/admin/"):
        await editor_page.route(re.compile(f"{address}$"), add_script)
        await visit.open([address])
        assert await editor_page.evaluate("window.ran") is None
    assert [line.split()[0] for line in visit.stopped] == ["script-src-elem", "script-src"]
