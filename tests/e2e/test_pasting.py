"""A document that is pasted into a text becomes headings, lists, a table and an uploaded picture, in its order."""

import re

from playwright.async_api import FilePayload, Page, expect

from tests.e2e.accessibility import View, assert_accessible, at_night
from tests.e2e.conftest import Watch
from tests.e2e.editing import add_block, add_paragraph, start_post
from tests.e2e.test_one_sitting import PICTURE
from tests.e2e.test_undo_deletion import kinds

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
DOCUMENT = f"""<html><body><b style="font-weight:normal" id="docs-internal-guid-1">
<h2>The proof</h2><p>Some <span style="font-weight:700">bold</span> words.</p>
<p class="MsoListParagraph" style="mso-list:l0 level1"><span style="mso-list:Ignore">·</span>an entry</p>
<table><tr><td>Mark</td><td>Meaning</td></tr><tr><td>stet</td><td>let it stand</td></tr></table>
<p>After the table.</p><img alt="A grey dot" src="data:image/png;base64,{PIXEL}"><img src="file:///C:/lost.png">
<p>The end.</p><script>document.title = "harmed"</script></b></body></html>"""
PASTE = """(html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "plain");
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


PASTE_WORDS = """(words) => {
  const data = new DataTransfer();
  data.setData("text/plain", words);
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


NOTE_MENU = """() => void new MutationObserver((records) => {
  const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
  window.hasSeenMenu ||= added.some((one) => one.matches?.("[data-tippy-root], :has([role=combobox])"));
}).observe(document.body, { childList: true, subtree: true })"""


ADD_PICTURE = """async ([kind, picture]) => {
  const data = new DataTransfer();
  data.items.add(new File([await (await fetch(picture)).blob()], "IMG_0001.png", { type: "image/png" }));
  const event = kind === "drop"
    ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
    : new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}"""


async def write_markdown(page: Page) -> None:
    """Add a block, and write into it without a click; paste a picture, and choose a page for the selected words."""
    await add_block(page, "Markdown")
    markdown = page.locator(".CodeMirror").last
    await expect(markdown).to_have_class(re.compile("CodeMirror-focused"))
    await page.keyboard.type("Words. ")
    await page.evaluate(ADD_PICTURE, ["paste", f"data:image/png;base64,{PIXEL}"])
    await expect(markdown).to_contain_text("![](image:")
    await page.keyboard.type("A proof")
    await expect(markdown).to_contain_text(re.compile(r"Words. !\[A proof\]\(image:\d+\)"))
    await page.keyboard.press("Control+A")
    await page.keyboard.type("read")
    await page.keyboard.press("Control+A")
    await page.get_by_role("button", name="Link to a page").click()
    await page.locator(".modal-body").get_by_role("link", name="Galley", exact=True).click()
    await expect(page.locator(".modal")).to_have_count(0)
    # A space on the button that opened the chooser would open it again.
    await page.keyboard.type(" on. ")
    await expect(markdown).to_contain_text(re.compile(r"\[read\]\(page:\d+\) on\."))
    await expect(markdown.locator(".CodeMirror-code")).to_have_css("outline-style", "none")
    await page.get_by_role("button", name="Insert a picture").click()
    await page.get_by_role("tab", name="Upload").click()
    chooser = page.locator(".modal")
    await chooser.get_by_label("File").set_input_files(PICTURE)
    await chooser.get_by_role("textbox", name="Title").fill("Proof marks")
    await chooser.get_by_label("Description").fill("Marks")
    await chooser.get_by_role("button", name="Upload").click()
    await expect(markdown).to_contain_text(re.compile(r"!\[Marks\]\(image:\d+\)"))
    await expect(chooser).to_have_count(0)
    await page.get_by_role("button", name="Link to a document").click()
    await page.get_by_role("tab", name="Upload").click()
    file: FilePayload = {"name": "All proofs.txt", "mimeType": "text/plain", "buffer": b"Proofs"}
    await chooser.get_by_label("File").set_input_files(file)
    await expect(chooser.get_by_role("textbox", name="Title")).to_have_value("All proofs")
    await chooser.get_by_role("button", name="Upload").click()
    await expect(markdown).to_contain_text(re.compile(r"\(image:\d+\)\[All proofs\]\(doc:\d+\)"))
    await expect(chooser).to_have_count(0)
    # The event says that it is above the first word.
    await page.evaluate(ADD_PICTURE, ["drop", f"data:image/png;base64,{PIXEL}"])
    await expect(markdown).to_contain_text(re.compile(r"!\[\]\(image:\d+\)\[read\]"))
    await page.keyboard.type("Dropped")
    await expect(markdown).to_contain_text(re.compile(r"!\[Dropped\]\(image:\d+\)\[read\]"))


async def write_by_signs(page: Page) -> None:
    """Signs at the beginning of a line make a heading, a quote and a list; a slash inserts a block, with the cursor."""
    await page.keyboard.type("## A heading\n> A quote\n- An entry\n\n/pull")
    await page.get_by_role("option", name="Pull quote").wait_for()
    await page.keyboard.press("Enter")
    await expect(page.locator('textarea[name$="-value-quote"]')).to_be_focused()
    await page.keyboard.type("Let it stand.")
    text = page.locator(".public-DraftEditor-content").first
    for kind, words in {"h2": "A heading", "blockquote": "A quote", "ul > li": "An entry"}.items():
        await expect(text.locator(kind)).to_have_text(words)
    await expect(text).not_to_contain_text("/")
    await expect(page.locator('textarea[name$="-value-quote"]')).to_have_value("Let it stand.")


IS_OVER_FOOTER = """() => {
  const [footer, message] = [".footer", "[data-paste-message]"].map((one) => document.querySelector(one));
  footer.style.minHeight = "300px";
  const isOver = message.getBoundingClientRect().bottom <= footer.getBoundingClientRect().top;
  footer.style.minHeight = "";
  return isOver;
}"""


async def expect_ids(page: Page, count: int) -> None:
    """Expect that each block of the body has an id of its own, by which comments and the preview find it."""
    fields = page.locator('[data-streamfield-child]:visible > input[name$="-id"]')
    ids = {await field.input_value() for field in await fields.all()}
    assert len(ids) == count
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one) for one in ids)


async def delete_and_undo(page: Page) -> None:
    """While the message of the paste stands, so does that of a deletion: none covers the other's button."""
    before = await kinds(page)
    await page.locator('[data-streamfield-action="DELETE"]:visible').last.click()
    await page.locator("[data-undo-deletion]").get_by_role("button", name="Undo").click()
    assert await kinds(page) == before


async def test_a_pasted_document_becomes_blocks_and_undo_takes_it_back(
    editor_page: Page, watch: Watch, views: list[View]
) -> None:
    watch.expect_error("400")
    watch.expect_error("missing-language-code")  # of Handsontable, in each table block
    page = editor_page
    await start_post(page, "Pasted")
    await add_paragraph(page)
    # Draftail opens its menu for the slash of an address, too.
    await page.keyboard.type("Read ")
    await page.evaluate(NOTE_MENU)
    await page.evaluate(PASTE_WORDS, "https://proofs.example/stet")
    await page.wait_for_function("window.hasSeenMenu")
    await expect(page.locator("[data-draftail-editor] [role=combobox]")).to_have_count(0)
    await page.keyboard.press("Control+A")
    # Enter would take an entry of the menu in place of "/h".
    await page.keyboard.type("80 km/h")
    await expect(page.locator("[data-draftail-editor] [role=combobox]")).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(page.locator(".public-DraftEditor-content").last).to_contain_text("80 km/h")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Head. Tail.")
    for _ in "Tail.":
        await page.keyboard.press("ArrowLeft")

    await page.evaluate(PASTE, DOCUMENT)

    message = page.locator("[data-paste-message]")
    await expect(message.get_by_role("status")).to_contain_text("Pasted. Tables: 1, pictures: 1.")
    await expect(message.get_by_role("status")).to_contain_text("Picture 2 is missing")
    # However much the footer says.
    assert await page.evaluate(IS_OVER_FOOTER)
    await assert_accessible(page, at_night(views), "[data-paste-message]")
    await delete_and_undo(page)
    assert await kinds(page) == ["paragraph", "table", "paragraph", "figure", "paragraph", "paragraph"]
    await expect_ids(page, 6)
    texts = page.locator(".public-DraftEditor-content")
    await expect(texts.nth(0).locator("h2")).to_have_text("The proof")
    await expect(texts.nth(0).locator("li")).to_have_text("an entry")
    await expect(texts.nth(1)).to_have_text("After the table.")
    await expect(texts.nth(2)).to_have_text("The end.")
    await expect(texts.nth(3)).to_have_text("Tail.")
    await expect(page.locator('input[name$="-alt_text"]')).to_have_value("A grey dot")
    await expect(message.get_by_role("status")).not_to_contain_text("alt text")
    assert "harmed" not in await page.title()

    await message.get_by_role("button", name="Undo").click()

    assert await kinds(page) == ["paragraph"]
    await expect(texts.first).to_have_text("Head. Tail.")

    await texts.first.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.press("Enter")
    await write_by_signs(page)
    await texts.first.click()
    await page.evaluate(ADD_PICTURE, ["drop", f"data:image/png;base64,{PIXEL}"])
    await expect(message.get_by_role("status")).to_have_text(
        "Pictures added: 1. Say for each picture what it shows: its alt text is empty."
    )
    assert await kinds(page) == ["paragraph", "figure", "pull_quote"]
    await expect(texts.first.locator("h2")).to_have_text("A heading")
    await expect(page.locator('input[name$="-alt_text"]').last).to_have_value("")

    await texts.first.click()
    await page.keyboard.press("Control+End")
    await page.evaluate(PASTE_WORDS, "https://vimeo.com/76979871")
    await expect(message.get_by_role("button", name="Embed it")).to_be_visible()
    await message.get_by_role("button", name="Embed it").click()
    assert await kinds(page) == ["paragraph", "embed", "figure", "pull_quote"]
    await expect(page.locator('input[name$="-embed_url"]')).to_have_value("https://vimeo.com/76979871")
    await expect(texts.first).not_to_contain_text("vimeo")

    await write_markdown(page)
