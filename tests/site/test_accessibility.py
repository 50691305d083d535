"""axe-core finds nothing on any kind of page: on a phone and a desk, by day and at night, opened and closed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.e2e.conftest import Watch
from tests.running_site import RunningSite
from tests.site.crawling import Crawl
from tests.site.kinds import one_of_each_kind, pages_for

Screen = dict[str, int]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
# What is as it should be needn't be described.
BRIEFLY = {"resultTypes": ["violations"]}
# WCAG 2.2 asks for targets of 24 pixels; axe looks at it only when asked.
EVERYTHING = {**BRIEFLY, "rules": {"target-size": {"enabled": True}}}
# At night the same elements stand in other colours.
COLOURS = {**BRIEFLY, "runOnly": ["cat.color"]}
RULES = {"light": EVERYTHING, "dark": COLOURS}

# All that opens something says so in one of these ways; screen readers go by the same.
OPENERS = "summary, [popovertarget], [commandfor], [aria-haspopup]:not([aria-haspopup=false]), [aria-expanded=false]"
OPENED = "details[open], :popover-open, dialog[open], [aria-expanded=true]"

pytestmark = pytest.mark.timeout(900)


Look = Callable[[Page, dict], Awaitable[list[str]]]


@dataclass(frozen=True)
class Readers:
    """Two people at screens of one size: one reads by day, one at night."""

    windows: list[tuple[Page, dict]]

    async def both(self, look: Look) -> list[str]:
        """Return what `look` finds in the two windows, at the same time."""
        return [one for found in await asyncio.gather(*(look(*window) for window in self.windows)) for one in found]


@pytest_asyncio.fixture(loop_scope="session")
async def readers(screen: Screen, browser: Browser, server: RunningSite) -> Readers:
    async def open_window(colours: str) -> Page:
        context = await browser.new_context(
            base_url=server.url, viewport=screen, color_scheme=colours, reduced_motion="reduce"
        )
        return await context.new_page()

    return Readers([(await open_window(colours), rules) for colours, rules in RULES.items()])


@pytest.mark.parametrize(
    ("screen", "are_all"),
    [
        pytest.param(PHONE, False, id="phone, one of each kind"),
        pytest.param(PHONE, True, id="phone, all", marks=pytest.mark.nightly),
        pytest.param(DESK, True, id="desk, all", marks=pytest.mark.nightly),
    ],
)
async def test_no_page_has_a_violation(
    readers: Readers, whole_site: Crawl, server: RunningSite, watch: Watch, are_all: bool
) -> None:
    watch.expect_error("404")
    addresses = pages_for(whole_site, server.var_dir, are_all=are_all)

    async def look_at_all(page: Page, rules: dict) -> list[str]:
        found = []
        for url in addresses:
            await page.goto(url)
            found += await _look(page, rules)
        return found

    found = await readers.both(look_at_all)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("screen", [PHONE, pytest.param(DESK, marks=pytest.mark.nightly)], ids=["phone", "desk"])
async def test_nothing_that_opens_has_a_violation(
    readers: Readers, whole_site: Crawl, server: RunningSite, watch: Watch
) -> None:
    watch.expect_error("404")
    addresses = one_of_each_kind(whole_site, server.var_dir).values()
    opened = Counter()

    async def open_all(page: Page, rules: dict) -> list[str]:
        found = []
        for url in addresses:
            await page.goto(url)
            async for opener in _each_opener(page):
                found += [f"{opener}: {one}" for one in await _look(page, rules)]
                opened[opener] += 1
        return found

    found = await readers.both(open_all)
    assert len(opened) >= 2, opened
    assert not found, "\n".join(found)


@pytest.mark.parametrize("screen", [DESK], ids=["desk"])
async def test_a_violation_is_found(readers: Readers) -> None:
    async def look_at_dark_grey_on_black(page: Page, rules: dict) -> list[str]:
        await page.goto("/")
        await page.add_style_tag(content="* { background: #222 !important; color: #333 !important }")
        found = await _look(page, rules)
        assert any("color-contrast" in one for one in found)
        return found

    await readers.both(look_at_dark_grey_on_black)


async def _look(page: Page, rules: dict) -> list[str]:
    """Return what axe finds on the page that is open."""
    results = await Axe().run(page, options=rules)
    return [
        f"{page.url}: {violation['id']}: {node['target']}: {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


async def _each_opener(page: Page) -> AsyncIterator[str]:
    """Open one thing after the other, of each sort one; yield its name while it is open."""
    known = set()
    for opener in await page.query_selector_all(OPENERS):
        sort = await opener.evaluate("node => node.tagName + node.className")
        if sort in known or not await opener.is_visible():
            continue
        known.add(sort)
        if not await opener.evaluate("(node, opened) => Boolean(node.closest(opened))", OPENED):
            before = await page.locator(OPENED).count()
            await opener.click()
            await page.wait_for_function(
                "([opened, before]) => document.querySelectorAll(opened).length > before", arg=[OPENED, before]
            )
        yield (await opener.inner_text() or await opener.get_attribute("aria-label") or sort).strip()
        # What this doesn't close, such as <details>, may stay open.
        await page.keyboard.press("Escape")
