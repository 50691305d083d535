"""axe-core finds nothing on any kind of page: on a phone and a desk, in light and dark, opened and closed.

Nor is anybody else asked for anything on the way, or anything left with the reader.
"""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.e2e.accessibility import View, assert_accessible
from tests.e2e.conftest import Watch
from tests.e2e.editing import use_colours
from tests.running_site import RunningSite
from tests.site.crawling import Crawl
from tests.site.kinds import pages_for

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
# What is as it should be needn't be described.
BRIEFLY = {"resultTypes": ["violations"]}
# axe looks at these only when asked. WCAG 2.2 wants targets of 24 pixels; Wagtail warns editors of the other.
ON_REQUEST = ("target-size", "p-as-heading")
EVERYTHING = {**BRIEFLY, "rules": {rule: {"enabled": True} for rule in ON_REQUEST}}
# In the dark the same elements stand in other colours.
COLOURS = {**BRIEFLY, "runOnly": ["cat.color"]}
RULES = {"light": EVERYTHING, "dark": COLOURS}

# All that opens something says so in one of these ways; screen readers go by the same.
OPENERS = "summary, [popovertarget], [commandfor], [aria-haspopup]:not([aria-haspopup=false]), [aria-expanded=false]"
OPENED = "details[open], :popover-open, dialog[open], [aria-expanded=true]"

# The blocks of the sample site's colophon that lead on, and the two columns.
LEADING = (".columns", ".posts", ".download", ".embed", ".link-card", ".newsletter", ".press")

pytestmark = pytest.mark.timeout(5400)


async def open_window(browser: Browser, server: RunningSite, screen: ViewportSize) -> Page:
    context = await browser.new_context(base_url=server.url, viewport=screen, reduced_motion="reduce")
    return await context.new_page()


@pytest.mark.parametrize(
    ("screen", "are_all"),
    [
        pytest.param(PHONE, False, id="phone, one of each look"),
        pytest.param(PHONE, True, id="phone, all", marks=pytest.mark.nightly),
        pytest.param(DESK, True, id="desk, all", marks=pytest.mark.nightly),
    ],
)
async def test_no_page_and_nothing_that_opens_has_a_violation_or_tells_others_of_the_reader(
    browser: Browser, whole_site: Crawl, server: RunningSite, watch: Watch, screen: ViewportSize, are_all: bool
) -> None:
    """By day, of what opens on many pages one is opened; `watch` fails the test on requests to other hosts."""
    # What a post lost at its import is answered with 404.
    watch.expect_error("404")
    page = await open_window(browser, server, screen)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    found, opened = [], Counter[str]()
    known: set[str] = set()
    # The largest pages come first: what opens has most in it there.
    for url in reversed(pages_for(whole_site, server.var_dir, are_all=are_all)):
        await page.goto(url)
        await load_late_pictures(page)
        found += await look_by_day_and_night(page)
        async for opener in _each_opener(page, set() if are_all else known):
            found += [f"{opener}: {one}" for one in await look_by_day_and_night(page)]
            opened[opener] += 1
    assert not found, "\n".join(found)
    assert len(opened) >= 2, opened
    assert len(requests) > 100
    assert await page.context.cookies() == []


async def test_the_blocks_that_lead_on_have_no_violation(
    browser: Browser, server: RunningSite, views: list[View]
) -> None:
    page = await open_window(browser, server, DESK)
    await page.goto("/colophon/")
    for block in LEADING:
        await expect(page.locator(block)).to_be_visible()
    await assert_accessible(page, views, where=", ".join(LEADING))


@pytest.mark.parametrize("path", ["/colophon/", "/blog/before-we-fold-the-sheet/"])
async def test_titles_and_contents_have_no_violation_on_a_desk(
    browser: Browser, server: RunningSite, path: str
) -> None:
    page = await open_window(browser, server, DESK)
    await page.goto(path)
    await load_late_pictures(page)
    assert await _look(page, "light") == []


async def test_a_violation_is_found(browser: Browser, server: RunningSite) -> None:
    page = await open_window(browser, server, DESK)
    await page.goto("/")
    await page.add_style_tag(content="* { background: #222 !important; color: #333 !important }")
    for colours in RULES:
        assert any("color-contrast" in one for one in await _look(page, colours))


async def look_by_day_and_night(page: Page) -> list[str]:
    """Return what axe finds on the page as it is, in light and dark colours."""
    return [one for colours in RULES for one in await _look(page, colours)]


async def load_late_pictures(page: Page) -> None:
    """Load what else is loaded when a reader comes near, and wait until it is there, or known to be nowhere."""
    await page.evaluate(
        """Promise.all([...document.images].map((image) => {
            image.loading = "eager";
            return image.complete || new Promise((done) => image.onload = image.onerror = done);
        }))"""
    )


async def _look(page: Page, colours: str) -> list[str]:
    """Return what axe finds on the page that is open."""
    await use_colours(page, colours)
    results = await Axe().run(page, options=RULES[colours])
    return [
        f"{page.url}, {colours}: {violation['id']}: {node['target']}: {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


async def _each_opener(page: Page, known: set[str]) -> AsyncIterator[str]:
    """Open one thing after the other, of each sort one that isn't `known`; yield its name while it is open."""
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
