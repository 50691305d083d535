"""axe-core finds nothing on any kind of page: on a phone and a desk, by day and at night, opened and closed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page

from tests.e2e.conftest import Watch
from tests.running_site import RunningSite
from tests.site.crawling import Crawl
from tests.site.kinds import one_of_each_kind, pages_to_look_at

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
# WCAG 2.2 asks for targets of 24 pixels; axe looks at it only when asked.
EVERYTHING = {"rules": {"target-size": {"enabled": True}}}
# At night the same elements stand in other colours.
COLOURS = {"runOnly": ["cat.color"]}
RULES = {"light": EVERYTHING, "dark": COLOURS}

# All that opens something says so in one of these ways; screen readers go by the same.
OPENERS = "summary, [popovertarget], [commandfor], [aria-haspopup]:not([aria-haspopup=false]), [aria-expanded=false]"
OPENED = "details[open], :popover-open, dialog[open], [aria-expanded=true]"

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Reader:
    """Somebody at a screen of some size, who reads on light or dark paper."""

    page: Page
    rules: dict

    async def look(self) -> list[str]:
        """Return what axe finds on the page that is open."""
        results = await Axe().run(self.page, options=self.rules)
        return [
            f"{self.page.url}: {violation['id']}: {node['target']}: {node['failureSummary'].splitlines()[-1].strip()}"
            for violation in results.response["violations"]
            for node in violation["nodes"]
        ]


@pytest.fixture(params=RULES)
def colours(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
async def reader(request: pytest.FixtureRequest, browser: Browser, server: RunningSite, colours: str) -> Reader:
    context = await browser.new_context(
        base_url=server.url, viewport=request.param, color_scheme=colours, reduced_motion="reduce"
    )
    return Reader(await context.new_page(), RULES[colours])


async def test_no_page_has_a_violation(reader: Reader, whole_site: Crawl, server: RunningSite, watch: Watch) -> None:
    watch.expect_error("404")
    found: list[str] = []
    for url in pages_to_look_at(whole_site, server.var_dir):
        await reader.page.goto(url)
        found += await reader.look()
    assert found == []


async def test_nothing_that_opens_has_a_violation(
    reader: Reader, whole_site: Crawl, server: RunningSite, watch: Watch
) -> None:
    watch.expect_error("404")
    found: list[str] = []
    opened = 0
    for url in one_of_each_kind(whole_site, server.var_dir).values():
        await reader.page.goto(url)
        async for opener in _each_opener(reader.page):
            found += [f"{opener}: {one}" for one in await reader.look()]
            opened += 1
    assert opened >= 3
    assert found == []


async def test_a_violation_is_found(reader: Reader) -> None:
    await reader.page.goto("/")
    await reader.page.add_style_tag(content="body { background: #222 !important; color: #333 !important }")
    assert any("color-contrast" in one for one in await reader.look())


async def _each_opener(page: Page) -> AsyncIterator[str]:
    """Open one thing after the other, of each sort one; yield its name while it is open."""
    known = set()
    for opener in await page.locator(OPENERS).all():
        sort = await opener.evaluate("node => node.tagName + node.className")
        if sort in known or not await opener.is_visible():
            continue
        known.add(sort)
        name = (await opener.inner_text() or await opener.get_attribute("aria-label") or sort).strip()
        await _open(page, opener)
        yield name
        await page.keyboard.press("Escape")
        # What Escape doesn't close, such as <details>, may stay open.


async def _open(page: Page, opener: Locator) -> None:
    before = await page.locator(OPENED).count()
    was_open = await opener.evaluate("(node, opened) => Boolean(node.closest(opened))", OPENED)
    if was_open:
        return
    await opener.click()
    await page.wait_for_function(
        "([opened, before]) => document.querySelectorAll(opened).length > before", arg=[OPENED, before]
    )
