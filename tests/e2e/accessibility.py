"""Asks axe about a screen: in each colour scheme and at each size once; at night in all combinations.

async def test_something(editor_page, views): ...
    await assert_accessible(editor_page, views)
"""

from collections.abc import Sequence
from itertools import product

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

from tests.e2e.editing import use_colours

View = tuple[ViewportSize, str]

SCREENS: dict[str, ViewportSize] = {
    "desk": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 844},
}
ALL_VIEWS: list[View] = list(product(SCREENS.values(), ("light", "dark")))
# What a screen lays out for a phone hardly depends on its colours.
FEW_VIEWS: list[View] = [(SCREENS["phone"], "dark"), (SCREENS["desk"], "light")]


def one_of(views: list[View]) -> list[View]:
    """Return a light desk alone, at night all views: for a screen that is much like another one."""
    return views if views == ALL_VIEWS else views[-1:]


def at_night(views: list[View]) -> list[View]:
    """Return all views at night, and none in CI: for the further screens of a feature."""
    return views if views == ALL_VIEWS else []


async def assert_accessible(
    page: Page, views: Sequence[View], where: str = "main", rules: dict[str, dict[str, bool]] | None = None
) -> None:
    """Assert that axe finds nothing within `where`, however the page is looked at; a light desk comes last."""
    if not views:
        return
    # After a click, the next page may have begun without its `main`.
    await page.wait_for_load_state()
    await page.locator(where).first.wait_for()
    options = {"resultTypes": ["violations"], "rules": rules or {}}
    for screen, colours in views:
        await page.set_viewport_size(screen)
        await use_colours(page, colours)
        results = await Axe().run(page, context=where, options=options)
        assert results.response["violations"] == [], (page.url, screen, colours, results.generate_report())
    await page.set_viewport_size(SCREENS["desk"])
    await use_colours(page, "light")
