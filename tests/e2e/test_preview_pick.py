"""A click on what is seen leads to the very field that it comes from."""

import re
from collections.abc import Collection
from urllib.parse import urljoin

import pytest
from playwright.async_api import FrameLocator, Page, TimeoutError, expect

from tests.e2e.watching import bar, edit_beside_panel, stop_following, watch_on_another_screen

# Where the cursor is: the name of the field, and the words before it.
CURSOR = """() => {
  const active = document.activeElement;
  const code = active.closest(".CodeMirror")?.CodeMirror;
  const words = code ? code.getRange({line: code.getCursor().line, ch: 0}, code.getCursor())
    : "selectionStart" in active && active.selectionStart !== null ? active.value.slice(0, active.selectionStart)
    : getSelection().anchorNode?.textContent.slice(0, getSelection().anchorOffset) ?? "";
  const field = active.closest("[data-field]");
  return {name: field?.querySelector("[name]")?.name ?? "", words, line: code?.getCursor().line};
}"""

# Pictures are loaded when they come into view; until then a click may meet what is around them.
WHEN_LOADED = """async (element) => {
  if (element instanceof HTMLImageElement) await element.decode().catch(() => {});
}"""


async def cursor_is_in(page: Page, name: str) -> dict:
    """Wait until the cursor is in the field of that name; return where in it."""
    try:
        await page.wait_for_function(f"name => RegExp(name + '$').test(({CURSOR})().name)", arg=name)
    except TimeoutError as error:
        raise AssertionError(f"not in {name}, but {await page.evaluate(CURSOR)}") from error
    return await page.evaluate(CURSOR)


async def assert_each_click_opens_its_field(page: Page, draft: FrameLocator, *, only: Collection[str] = ()) -> None:
    """Click what comes from each of the fields, or from those that are named."""
    for clicked, name in (
        (draft.get_by_role("heading", name="A Tide Atlas"), "title"),
        (draft.get_by_text("Forty sheets of moving water."), "introduction"),
        (draft.get_by_text("The Tarrow Conservancy"), "client"),
        (draft.get_by_role("heading", name="How it is read"), "body-1-value-text"),
        (draft.get_by_text("Time and tide wait"), "body-2-value-quote"),
        (draft.get_by_text("A ferryman"), "body-2-value-attribution"),
        (draft.get_by_text("Read the table twice."), "body-3-value-text"),
        (draft.get_by_text("High water", exact=True), "body-4-value-pictures-1-value-caption"),
        (draft.get_by_alt_text("The weir at high water"), "body-4-value-pictures-1-value-image-image"),
        (draft.get_by_text("Two states of a weir"), "body-4-value-caption"),
        (draft.get_by_text("A tide, ebbing."), "body-5-value-caption"),
        (draft.locator("pre code"), "body-5-value-code"),
        (draft.locator("figcaption", has_text="The second sheet"), "gallery-1-caption"),
        (draft.get_by_alt_text("The second sheet, seen from above"), "gallery-1-image"),
        (draft.get_by_text("The atlas at sea"), "links-0-label"),
        (draft.get_by_role("heading", name="A Tide Atlas"), "title"),
    ):
        if only and name not in only:
            continue
        await clicked.scroll_into_view_if_needed()
        await clicked.evaluate(WHEN_LOADED)
        await clicked.click()
        await cursor_is_in(page, name)


async def put_cursor_at_the_clicked_words(page: Page, draft: FrameLocator) -> None:
    await draft.locator("b", has_text="second").click()
    rich = await cursor_is_in(page, "body-0-value")
    assert re.match("sec?o?n?", rich["words"])
    await page.keyboard.insert_text("X")
    await expect(draft.get_by_text(re.compile(r"And a s\w*X\w* thought"))).to_be_visible()

    both = draft.get_by_text("hard here.")
    lines = []
    for paragraph in (both.first, both.last):
        await paragraph.locator("em").click()
        is_there = "line > before && words.startsWith('The *spr')"
        at_words = f"before => {{ const {{line, words}} = ({CURSOR})(); return {is_there}; }}"
        await page.wait_for_function(at_words, arg=lines[-1] if lines else 0)
        lines.append((await cursor_is_in(page, "body-6-value"))["line"])
    assert lines[1] - lines[0] > 80


async def open_what_is_folded_away_or_in_another_tab(page: Page, draft: FrameLocator) -> None:
    await page.get_by_role("button", name="Collapse all").click()
    await expect(page.locator("[name=body-2-value-attribution]")).to_be_hidden()
    await draft.get_by_text("A ferryman").click()
    await cursor_is_in(page, "body-2-value-attribution")
    await expect(page.locator("[name=body-2-value-attribution]")).to_be_in_viewport()

    await page.get_by_role("tab", name="Promote").click()
    await draft.get_by_role("heading", name="A Tide Atlas").click()
    await cursor_is_in(page, "title")
    await expect(page.get_by_role("tab", name="Content")).to_have_attribute("aria-selected", "true")


async def select_words(page: Page, draft: FrameLocator) -> None:
    await page.locator("[name=client]").focus()
    box = await draft.get_by_text("Forty sheets of moving water.").bounding_box()
    assert box
    await page.mouse.move(box["x"] + 2, box["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10, steps=5)
    await page.mouse.up()
    selected = await draft.locator("body").evaluate("() => String(getSelection())")
    assert selected.startswith("orty") or selected.startswith("Forty")
    assert (await page.evaluate(CURSOR))["name"] != "introduction"


async def follow_a_link(page: Page, draft: FrameLocator) -> None:
    async with page.context.expect_page() as opened:
        await draft.get_by_role("banner").get_by_role("link", name="Galley").click(modifiers=["ControlOrMeta"])
    await expect(await opened.value).to_have_url(urljoin(page.url, "/"))
    await (await opened.value).close()


async def forget_the_names_of_fields(draft: FrameLocator) -> None:
    """Make the draft that of a page type whose template names no fields."""
    await draft.locator("body").evaluate(
        """body => body.querySelectorAll("[data-contentpath], [data-block-key]").forEach((element) => {
             element.removeAttribute("data-contentpath"); element.removeAttribute("data-block-key"); })"""
    )


async def open_fields_from_a_second_tab(page: Page, screen: Page) -> None:
    """It says which field was opened, and leads nowhere from what no field holds."""
    await page.locator("[name=client]").focus()
    await screen.bring_to_front()
    await expect(screen.locator("body")).to_have_css("cursor", re.compile("url"))
    await screen.get_by_role("banner").get_by_role("link", name="Galley").click()
    await expect(bar(screen)).to_contain_text("it isn't in a field of this page")
    assert (await page.evaluate(CURSOR))["name"] == "client"

    await screen.get_by_text("A ferryman").click()
    await expect(bar(screen)).to_contain_text("Open in the editor: Pull quote, Attribution")
    await cursor_is_in(page, "body-2-value-attribution")
    await page.close()
    await expect(screen.locator("body")).not_to_have_css("cursor", re.compile("url"))


# A field of the page, of a block, of a block in a list, a picture, and a child of the page.
FEW_FIELDS = "title", "body-1-value-text", "body-4-value-pictures-1-value-caption", "gallery-1-image", "links-0-label"
FEWER_FIELDS = "introduction", "client", "body-5-value-code", "gallery-1-caption", "title"


async def test_a_click_opens_the_very_field_wherever_it_is(editor_page: Page, project: int) -> None:
    draft = await edit_beside_panel(editor_page, project)
    await stop_following(editor_page)
    await select_words(editor_page, draft)
    await follow_a_link(editor_page, draft)
    await assert_each_click_opens_its_field(editor_page, draft, only=FEW_FIELDS)
    await put_cursor_at_the_clicked_words(editor_page, draft)
    await open_what_is_folded_away_or_in_another_tab(editor_page, draft)
    # Without names, it is found by its words.
    await forget_the_names_of_fields(draft)
    await assert_each_click_opens_its_field(editor_page, draft, only=FEWER_FIELDS)
    screen = await watch_on_another_screen(editor_page, f"/preview/pages/{project}/")
    await open_fields_from_a_second_tab(editor_page, screen)


@pytest.mark.nightly
async def test_a_click_opens_each_kind_of_field(editor_page: Page, project: int) -> None:
    draft = await edit_beside_panel(editor_page, project)
    await stop_following(editor_page)
    await assert_each_click_opens_its_field(editor_page, draft)
    await forget_the_names_of_fields(draft)
    await assert_each_click_opens_its_field(editor_page, draft)
