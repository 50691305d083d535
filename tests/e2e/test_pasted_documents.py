"""Documents of 3,000 words from Word and Google Docs, with 12 headings, 3 tables and 8 pictures: all is on the page."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import add_paragraph, publish, start_post, until_saved
from tests.e2e.visiting import open_new_post
from tests.running_site import DATABASE, RunningSite

CLIPBOARD = re.sub(r"^export ", "", (Path(__file__).parents[1] / "js/clipboard.js").read_text(), flags=re.MULTILINE)
PASTE_DOCUMENT = f"""([program, host]) => {{
  {CLIPBOARD}
  const data = new DataTransfer();
  data.setData("text/plain", "plain");
  if (program === "Word") {{
    data.setData("text/html", word());
    data.setData("text/rtf", wordRtf());
  }} else {{
    data.setData("text/html", docs().replaceAll("https://lh7-rt.googleusercontent.com", host));
  }}
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", {{ clipboardData: data, bubbles: true, cancelable: true }}));
}}"""
WORDS = {f"w{number}" for number in range(1, 3001)}
# What a visitor sees of a kind, and how often it is there.
SEEN = {
    "h2, h3, h4": 12,
    "ul li": 36,
    "li li": 12,
    "strong, b": 24,
    "table": 3,
    "table :is(td, th)": 27,
    "figure img": 8,
}
LINKS = {"Word": 0, "Google Docs": 24}


# By day, `tests/js/clipboard.test.js` reads these documents, `test_pasting.py` pastes a shorter one, and
# `test_many_pictures.py` has a picture from the web.
@pytest.mark.nightly
@pytest.mark.parametrize("program", LINKS)
async def test_all_of_a_document_is_saved_and_published(
    editor_page: Page, browser: Browser, watch: Watch, server: RunningSite, picture_host: str, program: str
) -> None:
    watch.expect_error("missing-language-code")  # of Handsontable, in each table block
    page, title = editor_page, f"From {program}"
    await start_post(page, title)
    await add_paragraph(page)
    await page.evaluate(PASTE_DOCUMENT, [program, picture_host])
    message = page.locator("[data-paste-message]").get_by_role("status")
    await expect(message).to_contain_text("Pasted. Tables: 3, pictures: 8.")
    await expect(message).not_to_contain_text("missing")
    await until_saved(page)

    blocks = newest_draft(server)
    assert set(re.findall(r"\bw\d+\b", json.dumps(blocks))) == WORDS
    pictures = [block["value"]["image"] for block in blocks if block["type"] == "figure"]
    assert len({picture["image"] for picture in pictures}) == 8
    assert {picture["alt_text"] for picture in pictures} == {""}

    alt_texts = page.locator("#body-root").get_by_label("Alt text")
    for number, field in enumerate(await alt_texts.all()):
        await field.fill(f"Sheet {number}")
    await publish(page)
    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/blog/")
    await open_new_post(visitor, title)
    text = visitor.locator("article")
    assert set(re.findall(r"\bw\d+\b", await text.inner_text())) == WORDS
    assert {kind: await text.locator(kind).count() for kind in SEEN} == SEEN
    assert await text.locator("a[href='https://example.org/']").count() == LINKS[program]
    await text.locator("figure img").evaluate_all(
        "(pictures) => Promise.all(pictures.map((picture) => ((picture.loading = 'eager'), picture.decode())))"
    )


def newest_draft(server: RunningSite) -> list[dict[str, Any]]:
    """Return the blocks of the body that was saved last."""
    with closing(sqlite3.connect(server.var_dir / DATABASE)) as database:
        query = "SELECT content FROM wagtailcore_revision ORDER BY created_at DESC, id DESC LIMIT 1"
        [(content,)] = database.execute(query).fetchall()
    return json.loads(json.loads(content)["body"])
