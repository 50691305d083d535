"""Blocks that lead on: chosen by their previews, filled in by an editor, and followed by a visitor."""

import re
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.editing import add_block, publish, start_post, until_saved
from tests.e2e.visiting import open_new_post
from tests.running_site import RunningSite

TITLE = "Leading on"
WORDS = "A proof."
# What the preview of a block shows.
PREVIEWS = {
    "Embed": "Watch it on YouTube",
    "Columns": "A proof is read twice",
    "Button": "Read the first proof",
    "Download": "The first proof",
    "Posts": "Read next",
    "Link card": "How a galley proof is pulled",
    "Newsletter": "A letter from the composing room",
}
# Whether the element with the cursor stands in the window, above Wagtail's footer.
IS_CURSOR_SEEN = """() => {
    const { top, bottom } = document.activeElement.getBoundingClientRect();
    return top > 0 && bottom <= document.querySelector(".footer").getBoundingClientRect().top;
}"""


async def look_at_previews(page: Page) -> None:
    """Look at each block in the chooser, as somebody does who doesn't know them."""
    await page.get_by_role("button", name="Insert a block").last.click()
    for name, words in PREVIEWS.items():
        row = page.locator(".w-combobox__option-row").filter(has=page.get_by_role("option", name=name, exact=True))
        await expect(row.locator(".w-combobox__option-icon use")).to_have_attribute("href", re.compile("#icon-."))
        await row.get_by_role("button", name="Preview").click()
        shown = page.locator(".w-combobox-preview")
        await expect(shown.locator(".w-combobox-preview__label")).to_have_text(name)
        await expect(shown.locator(".w-combobox-preview__description")).to_have_text(re.compile(r"\w+ \w+ .+\."))
        await expect(shown.frame_locator("iframe").locator("body")).to_contain_text(words)
    await page.keyboard.press("Escape")


async def begin_block(page: Page, kind: str) -> Locator:
    """Add a block at the end; the cursor is in it, and above the footer. Return the block."""
    await add_block(page, kind)
    block = page.locator("[data-streamfield-child]").last
    await expect(block.locator(":focus")).to_be_attached()
    await page.wait_for_function(IS_CURSOR_SEEN)
    return block


async def fill_in_blocks(page: Page, file: Path) -> None:
    """Fill in one block of each kind, with the keyboard where the cursor already is."""
    button = await begin_block(page, "Button")
    await page.keyboard.type("Read all posts")
    await button.get_by_role("button", name="Choose a page").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Search").fill("Blog")
    await dialog.get_by_role("link", name="Blog", exact=True).click()
    await expect(button.locator("[data-chooser-title]")).to_have_text("Blog")

    download = await begin_block(page, "Download")
    await download.get_by_role("button", name="Choose a document").click()
    await dialog.get_by_role("tab", name="Upload").click()
    await dialog.get_by_label("File").set_input_files(file)
    await expect(dialog.get_by_label("Title")).to_have_value(file.stem)
    await dialog.get_by_role("button", name="Upload").click()
    await expect(download.locator("[data-chooser-title]")).to_have_text(file.stem)

    posts = await begin_block(page, "Posts")
    await page.keyboard.type("Read next")
    await posts.get_by_role("button", name="Choose several").click()
    await dialog.get_by_role("checkbox", name="Post 0").check()
    await dialog.get_by_role("button", name="Confirm selection").click()
    await expect(posts.locator("[data-chooser-title]", has_text="Post 0")).to_be_visible()

    await begin_block(page, "Newsletter")
    await page.keyboard.type("A letter")
    await page.get_by_label("Address of the form").last.fill("https://letters.example.org/subscribe")


async def fill_in_columns(page: Page) -> None:
    """Write a text into each of two columns."""
    await add_block(page, "Columns")
    for side, words in {"left": "The copy", "right": "The proof"}.items():
        column = page.locator(f"[data-contentpath={side}]")
        await column.get_by_role("button", name="Insert a block").click()
        await page.get_by_role("option", name="Paragraph", exact=True).click()
        await expect(column.locator(".public-DraftEditor-content")).to_be_focused()
        await page.keyboard.type(words)


async def follow_blocks(page: Page, file: Path) -> None:
    """Follow each block as a visitor. The `watch` of the browser sees that nothing comes from the newsletter's host."""
    async with page.expect_download() as download:
        await page.get_by_role("link", name=file.stem).click()
    answer = await page.request.get((await download.value).url)
    assert await answer.text() == WORDS
    await expect(page.locator(".posts").get_by_role("link", name="Post 0")).to_be_visible()
    letter = page.locator("form.newsletter")
    await expect(letter).to_have_attribute("action", "https://letters.example.org/subscribe")
    await expect(letter).to_contain_text("Your address goes to letters.example.org")
    await expect(letter.get_by_label("Your e-mail address")).to_be_editable()
    left, right = page.get_by_text("The copy"), page.get_by_text("The proof")
    for width, is_beside in ((1280, True), (390, False)):
        await page.set_viewport_size({"width": width, "height": 900})
        boxes = await left.bounding_box(), await right.bounding_box()
        assert boxes[0] is not None
        assert boxes[1] is not None
        assert (boxes[0]["y"] == boxes[1]["y"]) is is_beside
    await page.get_by_role("link", name="Read all posts").click()
    await expect(page.get_by_role("heading", name="Blog", level=1)).to_be_visible()


async def test_blocks_are_chosen_by_their_previews_filled_in_and_followed(
    server: RunningSite, editor_page: Page, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "Twelve pages.txt"
    file.write_text(WORDS)
    await start_post(editor_page, TITLE)
    await look_at_previews(editor_page)
    await fill_in_blocks(editor_page, file)
    await fill_in_columns(editor_page)
    await until_saved(editor_page)
    await publish(editor_page)

    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/blog/")
    await open_new_post(visitor, TITLE)
    await follow_blocks(visitor, file)
