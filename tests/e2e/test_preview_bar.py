"""A screen can show the draft as other devices would: narrower, in other colours, on paper."""

import re

import pytest
from playwright.async_api import FrameLocator, Page, expect

from tests.e2e.watching import edit_beside_panel, watch_on_another_screen

DARK, LIGHT = re.compile(r"rgb\((\d|[1-5]\d), "), re.compile(r"rgb\((2[2-5]\d), ")


async def watch_on_a_wide_screen(editor_page: Page, project: int) -> Page:
    screen = await watch_on_another_screen(editor_page, f"/preview/pages/{project}/")
    await screen.set_viewport_size({"width": 1440, "height": 900})
    await expect(screen.get_by_label("Phone")).to_be_visible()
    return screen


def narrow(screen: Page) -> FrameLocator:
    return screen.frame_locator("live-preview-frame iframe")


async def show_colours_in_the_panel(editor_page: Page, draft: FrameLocator) -> None:
    await editor_page.locator(".live-preview__view summary").click()
    await editor_page.get_by_label("Colours").select_option("Dark colours")
    await expect(draft.locator("body")).to_have_css("background-color", DARK)
    await editor_page.get_by_label("As printed").check()
    await expect(draft.locator("body")).to_have_css("background-color", LIGHT)


@pytest.mark.nightly
async def test_the_panel_remembers_its_colours(editor_page: Page, project: int) -> None:
    draft = await edit_beside_panel(editor_page, project)
    await show_colours_in_the_panel(editor_page, draft)
    await editor_page.get_by_label("As printed").uncheck()
    await editor_page.reload()
    await expect(draft.locator("body")).to_have_css("background-color", DARK)


async def show_true_widths(editor_page: Page, screen: Page) -> None:
    """Narrow widths are true widths, and remembered."""
    for name, width in (("Tablet", 820), ("Phone", 390)):
        await screen.get_by_label(name).check(force=True)
        await expect(narrow(screen).get_by_role("heading", level=1)).to_be_visible()
        assert await narrow(screen).locator("body").evaluate(f"() => matchMedia('(width: {width}px)').matches")
    await screen.reload()
    await editor_page.locator("[name=title]").fill("Narrow")
    await expect(narrow(screen).get_by_role("heading", name="Narrow")).to_be_visible()

    await screen.get_by_label("Full").check(force=True)
    await expect(screen.get_by_role("heading", name="Narrow")).to_be_visible()
    await editor_page.locator("[name=title]").fill("Wide")
    await expect(screen.get_by_role("heading", name="Wide")).to_be_visible()


async def show_the_last_line_above_the_bar(screen: Page) -> None:
    await screen.evaluate("scrollTo({top: document.documentElement.scrollHeight, behavior: 'instant'})")
    bar = screen.locator("live-preview-bar")
    end_of_text = await screen.evaluate("document.body.getBoundingClientRect().bottom")
    assert end_of_text <= await bar.evaluate("bar => bar.getBoundingClientRect().top") + 1


async def show_colours_as_chosen(screen: Page) -> None:
    """The colours of any style sheet are shown as chosen."""
    await screen.add_style_tag(
        content="@media screen and (prefers-color-scheme: dark) { @media (min-width: 1px) { main { opacity: 0.9 } } }"
    )
    body, main = screen.locator("body"), screen.locator("main")
    await expect(body).to_have_css("background-color", LIGHT)
    await screen.get_by_label("Dark").check(force=True)
    await expect(body).to_have_css("background-color", DARK)
    await expect(main).to_have_css("opacity", "0.9")
    # The site's own switch is the reader's, and gives way to what was chosen in the bar.
    await screen.evaluate("document.documentElement.dataset.theme = 'light'")
    await expect(body).to_have_css("background-color", DARK)
    await screen.reload()
    await expect(body).to_have_css("background-color", DARK)
    await screen.emulate_media(color_scheme="dark")
    await screen.get_by_label("Light").check(force=True)
    await expect(body).to_have_css("background-color", LIGHT)
    await screen.get_by_label("As this device").check(force=True)
    await expect(body).to_have_css("background-color", DARK)


async def show_a_printed_sheet(screen: Page) -> None:
    await screen.emulate_media(color_scheme="dark")
    await screen.get_by_label("As printed").check()
    sheet = narrow(screen)
    await expect(sheet.get_by_role("heading", level=1)).to_be_visible()
    await expect(sheet.locator("[data-theme-switch]")).to_be_hidden()
    await expect(sheet.locator("html")).to_have_css("background-color", "rgb(255, 255, 255)")
    await screen.get_by_label("As printed").uncheck()
    await expect(screen.locator("[data-theme-switch]")).to_be_visible()


async def use_the_bar_on_a_small_phone_by_keyboard(screen: Page) -> None:
    await screen.set_viewport_size({"width": 320, "height": 560})
    view = screen.get_by_role("button", name="View")
    await view.focus()
    await screen.keyboard.press("Enter")
    for control in (screen.get_by_label("Follow the writing"), screen.get_by_label("Dark")):
        box = await control.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
    await screen.keyboard.press("Tab")
    await screen.keyboard.press("Space")
    await expect(screen.get_by_label("Follow the writing")).to_be_checked()
    await screen.keyboard.press("Escape")
    await expect(screen.get_by_label("Follow the writing")).to_be_hidden()
    await expect(view).to_be_focused()

    await screen.get_by_role("button", name="Hide the bar").click()
    await screen.reload()
    await expect(screen.get_by_role("button", name="Show the bar")).to_be_visible()
    await expect(view).to_be_hidden()


async def test_panel_and_screen_show_the_draft_as_other_devices_do(editor_page: Page, project: int) -> None:
    draft = await edit_beside_panel(editor_page, project)
    await show_colours_in_the_panel(editor_page, draft)
    screen = await watch_on_a_wide_screen(editor_page, project)
    await show_true_widths(editor_page, screen)


async def test_the_bar_of_a_screen(editor_page: Page, project: int) -> None:
    screen = await watch_on_a_wide_screen(editor_page, project)
    await show_the_last_line_above_the_bar(screen)
    await show_colours_as_chosen(screen)
    await show_a_printed_sheet(screen)
    await use_the_bar_on_a_small_phone_by_keyboard(screen)
