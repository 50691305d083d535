"""Beside the form, an author sees how long the draft is, its headings, and what to look at, while they write."""

import re
from collections.abc import Sequence

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.editing import open_saved_post
from tests.e2e.watching import come_to_rest, note_outlines, open_panel, panel, was_led_to

WRONG = (
    "## Setting\n\n![](/static/images/favicon.svg)\n\nSee [the press](/nowhere/).\n\n" + "Line.\n\n" * 60 + "### Proofs"
)
RIGHT = WRONG.replace("![]", "![The press]").replace("/nowhere/", "/blog/")


async def write(page: Page, text: str) -> None:
    """Put `text` in place of what stands in the Markdown editor."""
    await page.locator(".CodeMirror").last.click()
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(text)


CURSOR_LINE = """() => {
  const code = document.activeElement.closest(".CodeMirror")?.CodeMirror;
  return code?.getLine(code.getCursor().line);
}"""


async def name_what_is_wrong(page: Page) -> None:
    """What is wrong is named while writing, and gone when it is mended."""
    outline = page.locator(".live-preview__outline")
    await expect(outline.locator("summary")).to_contain_text("nothing to look at")

    await write(page, WRONG)
    await expect(outline.locator("summary")).to_have_text(re.compile(r"^\d+ words · 1 minute.* · 2 things to look at$"))
    await outline.locator("summary").click()
    findings = outline.locator("[data-outline-findings] li")
    await expect(findings).to_have_text(
        [re.compile("“favicon” has no description"), re.compile("“the press” leads to /nowhere/")]
    )

    await write(page, RIGHT)
    await expect(outline.locator("summary")).to_contain_text("nothing to look at")
    await expect(findings).to_have_count(0)
    await expect(outline).to_have_attribute("open", "")


async def lead_to(page: Page, entry: Locator, line: str, place: Locator, words: str) -> None:
    """Press an entry; the cursor is in its line then, and its place in view for good."""
    await page.get_by_role("textbox", name="Title*").focus()
    await was_led_to(panel(page), "Leading")
    await entry.click()
    await page.wait_for_function(f"line => ({CURSOR_LINE})() === line", arg=line)
    await come_to_rest(panel(page), words)
    await expect(place).to_be_in_viewport()


async def lead_to_entries(page: Page, headings_led_to: Sequence[str], findings_led_to: Sequence[str]) -> None:
    outline = page.locator(".live-preview__outline")
    headings = outline.locator("[data-outline-headings]")
    await expect(headings.locator("li li li")).to_have_text(["Proofs"])
    draft = panel(page)
    await note_outlines(draft)
    for line in headings_led_to:
        name = line.lstrip("# ")
        entry = headings.get_by_role("button", name=name)
        await lead_to(page, entry, line, draft.get_by_role("heading", name=name), name)
    link = "See [the press](/nowhere/)."
    # A picture without words is found by those that come next.
    places = {"the press": draft.get_by_role("link", name="the press"), "favicon": draft.locator("main img")}
    for name in findings_led_to:
        entry = outline.locator("[data-outline-findings]").get_by_role("button", name=name)
        await lead_to(page, entry, link, places[name], "See the press")


@pytest.mark.parametrize(
    ("headings_led_to", "findings_led_to"),
    [
        pytest.param(["### Proofs", "## Setting"], ["favicon"], id="few"),
        pytest.param(
            ["### Proofs", "## Setting", "### Proofs"], ["the press", "favicon"], id="all", marks=pytest.mark.nightly
        ),
    ],
)
async def test_what_the_draft_has_is_told_beside_the_form(
    editor_page: Page, headings_led_to: list[str], findings_led_to: list[str]
) -> None:
    await open_saved_post(editor_page, "Leading", "x")
    await open_panel(editor_page)
    await name_what_is_wrong(editor_page)
    await write(editor_page, WRONG)
    await lead_to_entries(editor_page, headings_led_to, findings_led_to)
