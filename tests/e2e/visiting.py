"""What a visitor does, step by step."""

import asyncio
from typing import Any

from playwright.async_api import Error, Locator, Page, expect

# A change is seen within a second; a machine that is busy with the tests may take longer over the page itself.
SEEN_WITHIN = 60  # seconds
LOOKS_EVERY = 0.2

# The last flag of this name counts, so Playwright's own list is repeated.
PLAYWRIGHT_DISABLES = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch"
)
# Chromium prepares them for each window, which takes as long as a page.
POPUPS_OF_ADDRESS_BAR = "WebUIOmniboxPopup,WebUIOmniboxAimPopup"

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    f"--disable-features={PLAYWRIGHT_DISABLES},{POPUPS_OF_ADDRESS_BAR}",
    # Nothing but the server can be reached, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


async def reload_until_shown(page: Page, element: Locator) -> None:
    """Load the page again until it shows what the worker or another process has just changed."""
    async with asyncio.timeout(SEEN_WITHIN):
        while not await element.is_visible():
            await asyncio.sleep(LOOKS_EVERY)
            await page.reload()


async def reload_until_hidden(page: Page, element: Locator) -> None:
    """Load the page again until it shows the element no longer: a visitor sees a change within a second."""
    async with asyncio.timeout(SEEN_WITHIN):
        while await element.is_visible():
            await asyncio.sleep(LOOKS_EVERY)
            await page.reload()


async def open_new_post(page: Page, title: str) -> None:
    """Follow the link to a post that has just been published, from the list: it shows it within a second."""
    link = page.get_by_role("link", name=title).first
    await reload_until_shown(page, link)
    await link.click()
    await expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


async def wait_for_htmx(page: Page) -> None:
    """Wait until what comes last is there; until then, links and forms load whole pages."""
    await page.wait_for_function("window.htmx")


async def wait_for_function(page: Page, expression: str, *, arg: Any = None, **options: Any) -> None:
    """Wait until a JavaScript expression, or the function that it is, gives something true."""
    script = f"""async (arg) => {{
        const test = () => {{
            const value = ({expression});
            return typeof value === "function" ? value(arg) : value;
        }};
        while (!(await test())) await new Promise((resolve) => setTimeout(resolve, 20));
    }}"""
    async with asyncio.timeout(SEEN_WITHIN):
        while True:
            try:
                return await page.evaluate(script, arg)
            except Error as error:
                # Another page has been loaded meanwhile.
                if not any(text in error.message for text in ("context was destroyed", "navigation")):
                    raise


async def add_style_tag(page: Page, *, content: str) -> None:
    """Add a style sheet to the page, as if it were a file of the site.

    It stands behind the body: a screen loads the page again when another sheet is in its head.
    """
    href = "/added-by-a-test.css"
    await page.route(f"**{href}", lambda route: route.fulfill(content_type="text/css", body=content))
    await page.evaluate(
        """(href) => new Promise((resolve, reject) => {
            const link = { rel: "stylesheet", href, onload: () => resolve(), onerror: () => reject(Error(href)) };
            document.documentElement.append(Object.assign(document.createElement("link"), link));
        })""",
        href,
    )


# Playwright's own call `eval` in the page and add an element `style`: the content security policy forbids both.
Page.wait_for_function = wait_for_function  # type: ignore[method-assign,assignment]
Page.add_style_tag = add_style_tag  # type: ignore[method-assign,assignment]
