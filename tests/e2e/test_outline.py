"""Beside the form, an author sees how long the draft is, its headings, and what to look at, while they write."""

import re

from playwright.async_api import Page, expect

from tests.e2e.editing import start_post, type_markdown

# Its own checks, in the panel that rests behind ours, speak on the console.

WRONG = (
    "## Setting\n\n![](/static/images/favicon.svg)\n\nSee [the press](/nowhere/).\n\n" + "Line.\n\n" * 60 + "### Proofs"
)
RIGHT = WRONG.replace("![]", "![The press]").replace("/nowhere/", "/blog/")


async def write(page: Page, text: str) -> None:
    """Put `text` in place of what stands in the Markdown editor."""
    await page.locator(".CodeMirror").last.click()
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(text)


async def test_what_is_wrong_is_named_while_writing_and_gone_when_mended(editor_page: Page) -> None:
    await start_post(editor_page, "Made of")
    await editor_page.get_by_role("button", name="Toggle preview").click()
    await type_markdown(editor_page, "x")
    outline = editor_page.locator(".live-preview__outline")
    await expect(outline.locator("summary")).to_contain_text("nothing to look at")

    await write(editor_page, WRONG)
    await expect(outline.locator("summary")).to_have_text(re.compile(r"^\d+ words · 1 minute.* · 2 things to look at$"))
    await outline.locator("summary").click()
    findings = outline.locator("[data-outline-findings] li")
    await expect(findings).to_have_text(
        [re.compile("“favicon” has no description"), re.compile("“the press” leads to /nowhere/")]
    )

    await write(editor_page, RIGHT)
    await expect(outline.locator("summary")).to_contain_text("nothing to look at")
    await expect(findings).to_have_count(0)
    await expect(outline).to_have_attribute("open", "")


async def test_an_entry_leads_to_its_place(editor_page: Page) -> None:
    await start_post(editor_page, "Leading")
    await editor_page.get_by_role("button", name="Toggle preview").click()
    await type_markdown(editor_page, "x")
    await write(editor_page, RIGHT)
    outline = editor_page.locator(".live-preview__outline")
    await outline.locator("summary").click()
    headings = outline.locator("[data-outline-headings]")
    await expect(headings.locator("li li li")).to_have_text(["Proofs"])
    heading = editor_page.frame_locator(".live-preview-frame").get_by_role("heading", name="Proofs")
    await expect(heading).not_to_be_in_viewport()
    await editor_page.get_by_role("textbox", name="Title*").focus()
    await headings.get_by_role("button", name="Proofs").click()
    await expect(heading).to_be_in_viewport()
    await expect(editor_page.locator(".CodeMirror-focused")).to_have_count(1)
