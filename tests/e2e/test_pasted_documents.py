"""A document of 3,000 words from Word, with 12 headings, 3 tables and 8 pictures: all of it is in the saved draft."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import add_paragraph, start_post, until_saved
from tests.running_site import DATABASE, RunningSite

CLIPBOARD = re.sub(r"^export ", "", (Path(__file__).parents[1] / "js/clipboard.js").read_text(), flags=re.MULTILINE)
PASTE_DOCUMENT = f"""() => {{
  {CLIPBOARD}
  const data = new DataTransfer();
  data.setData("text/html", word());
  data.setData("text/rtf", wordRtf());
  data.setData("text/plain", "plain");
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", {{ clipboardData: data, bubbles: true, cancelable: true }}));
}}"""


# By day, `tests/js/clipboard.test.js` reads this document, and `test_pasting.py` pastes a shorter one.
@pytest.mark.nightly
async def test_all_of_a_document_from_word_is_saved(editor_page, watch: Watch, server: RunningSite) -> None:
    watch.expect_error("missing-language-code")  # of Handsontable, in each table block
    page = editor_page
    await start_post(page, "From Word")
    await add_paragraph(page)
    await page.evaluate(PASTE_DOCUMENT)
    message = page.locator("[data-paste-message]").get_by_role("status")
    await expect(message).to_contain_text("Pasted. Tables: 3, pictures: 8.")
    await expect(message).not_to_contain_text("missing")
    await until_saved(page)

    with closing(sqlite3.connect(server.var_dir / DATABASE)) as database:
        query = "SELECT content FROM wagtailcore_revision ORDER BY created_at DESC, id DESC LIMIT 1"
        [(content,)] = database.execute(query).fetchall()
    blocks = json.loads(json.loads(content)["body"])
    assert set(re.findall(r"\bw\d+\b", json.dumps(blocks))) == {f"w{number}" for number in range(1, 3001)}
    texts = " ".join(block["value"] for block in blocks if block["type"] == "paragraph")
    assert len(re.findall(r"<h[234]\b", texts)) == 12
    assert len(re.findall(r"<li\b", texts)) == 36
    assert sum(block["type"] == "table" for block in blocks) == 3
    pictures = [block["value"]["image"] for block in blocks if block["type"] == "figure"]
    assert len({picture["image"] for picture in pictures}) == 8
    assert {picture["alt_text"] for picture in pictures} == {""}
