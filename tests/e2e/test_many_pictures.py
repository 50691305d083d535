"""Many pictures at once: in a gallery, and in a text whose pictures stand on the web."""

import base64
import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.editing import add_block, add_paragraph, start_post, until_saved
from tests.e2e.test_pasting import PASTE, PIXEL, expect_ids
from tests.e2e.test_undo_deletion import kinds

ON_THE_WEB = """<h2>Seen</h2><img src="http://127.0.0.1:9/a.png"><p>Between.</p><img src="//127.0.0.1:9/b.png">
<img alt="A printed sheet" src="{host}/sheets/1.webp?size=large"><p>Below.</p>"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
DROP = """([element, files]) => {
  const data = new DataTransfer();
  for (const [name, type, content] of files)
    data.items.add(new File([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], name, { type }));
  element.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""

PASTE_MUCH = """(length) => {
  const data = new DataTransfer();
  data.setData("text/plain", "proof ".repeat(length / 6));
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


async def drop(page: Page, where: str, files: list[tuple[str, str, str]]) -> None:
    await page.evaluate(DROP, [await page.locator(where).element_handle(), files])


async def test_pictures_come_in_numbers(editor_page: Page, picture_host: str) -> None:
    page = editor_page
    await start_post(page, "Many pictures")
    await add_block(page, "Gallery")
    message = page.locator("[data-paste-message]").get_by_role("status")
    files = [(f"IMG_{number}.png", "image/png", PIXEL) for number in range(3)]
    files.insert(1, ("drawing.svg", "image/svg+xml", base64.b64encode(SVG.encode()).decode()))

    await drop(page, "[data-pictures]", files)

    await expect(message).to_contain_text("Pictures added: 3.")
    await expect(message).to_contain_text("“drawing.svg” is missing. This drawing contains a script")
    alt_texts = page.locator('[data-pictures] input[name$="-alt_text"]:visible')
    await expect(alt_texts).to_have_count(3)
    assert {await one.input_value() for one in await alt_texts.all()} == {""}

    async with page.expect_response(re.compile("chosen-multiple")):
        await page.get_by_role("button", name="Choose several").click()
        boxes = page.locator('.modal-body input[type="checkbox"]')
        for number in (0, 1):
            await boxes.nth(number).check()
        await page.locator(".modal-body").get_by_role("button", name="Confirm selection").click()
    await expect(alt_texts).to_have_count(5)
    await expect_ids(page, 6)

    await add_paragraph(page)
    await page.evaluate(PASTE, ON_THE_WEB.format(host=picture_host))
    await expect(message).to_contain_text("Picture 1 is missing. Its address isn't a public one.")
    await expect(message).to_contain_text("Picture 2 is missing.")
    await expect(message).to_contain_text("Pictures added: 1.")
    assert await kinds(page) == ["gallery", "paragraph", "paragraph", "figure", "paragraph"]
    await expect(page.get_by_label("Alt text").last).to_have_value("A printed sheet")
    await page.locator("#body-root .image-chooser img").last.evaluate("(picture) => picture.decode()")
    await page.locator(".public-DraftEditor-content").last.click()
    await page.evaluate(PASTE_MUCH, 20_000_000)
    await expect(message).to_contain_text("too much to paste at once. Nothing has been changed")
    await expect(page.locator(".public-DraftEditor-content").last).to_have_text("Below.")
    await until_saved(page)


# By day, the other test drops and chooses several, by the same scripts.
@pytest.mark.nightly
async def test_the_gallery_of_a_project_takes_several(editor_page: Page, project: int) -> None:
    page = editor_page
    await page.goto(f"/admin/pages/{project}/edit/")
    rows = page.locator("#id_gallery-FORMS > [data-inline-panel-child]:not(.deleted)")
    count = await rows.count()
    await drop(page, "#id_gallery-FORMS", [(f"IMG_{number}.png", "image/png", PIXEL) for number in range(2)])
    await expect(rows).to_have_count(count + 2)
    await until_saved(page)
    await page.reload()
    await expect(rows).to_have_count(count + 2)
