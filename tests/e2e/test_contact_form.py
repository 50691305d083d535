"""A visitor writes to the site's people, with JavaScript and without; an editor reads and downloads it."""

import csv
import secrets
import time
from pathlib import Path
from unittest import mock

from django.core.signing import TimestampSigner
from openpyxl import load_workbook
from playwright.async_api import Browser, Page, expect

from config.settings.var_dir import read_or_create_secret_key
from tests.e2e.conftest import Watch
from tests.e2e.visiting import wait_for_htmx
from tests.running_site import RunningSite

TEXT = "Do you still set type by hand, and may I come and watch one afternoon?"
# A spreadsheet program would run it: OWASP calls that CSV injection.
FORMULA = '=HYPERLINK("https://elsewhere.example/", "Open")'
PACE = 40  # milliseconds between two keys


async def write(page: Page, *, name: str, email: str) -> None:
    await page.get_by_label("Your name").fill(name)
    await page.get_by_label("Your e-mail address").fill(email)
    await page.get_by_label("Your message").fill(TEXT)


async def make_older(page: Page, server: RunningSite) -> None:
    """Give the form a token of a minute ago: what is sent within two seconds is taken for a program's."""
    token = page.locator("[name=token]")
    await expect(token).not_to_have_value("")
    signer = TimestampSigner(key=read_or_create_secret_key(server.var_dir / "secret-key"), salt="forms.contact")
    with mock.patch("time.time", return_value=time.time() - 60):
        old = signer.sign(secrets.token_urlsafe(12))
    await token.evaluate("(field, old) => field.value = old", old)


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Send").click()


async def write_with_javascript(visitor: Page, server: RunningSite, sender: str) -> None:
    """Write a message that is refused at first; the page changes in place."""
    await visitor.goto("/contact/")
    await wait_for_htmx(visitor)
    await visitor.evaluate("window.sameDocument = true")
    await write(visitor, name=sender, email="ada@")
    await make_older(visitor, server)
    await correct_address(visitor)
    await send_at_last(visitor)
    assert await visitor.evaluate("window.sameDocument"), "the page was loaded again instead of changed in place"


async def write_without_javascript(visitor: Page, server: RunningSite, sender: str) -> None:
    """Write a message that is refused at first."""
    await visitor.goto("/contact/")
    await write(visitor, name=sender, email="ada@")
    await correct_address(visitor)
    await make_older(visitor, server)  # it has a token since it came back
    await send_at_last(visitor)


async def correct_address(visitor: Page) -> None:
    """Send the form with half of an address, and complete the address."""
    await send(visitor)
    await expect(visitor.locator("#contact-email-error")).to_contain_text("name@example.org")
    await expect(visitor.get_by_label("Your e-mail address")).to_be_focused()
    await expect(visitor.get_by_label("Your message")).to_have_value(TEXT)
    await visitor.get_by_label("Your e-mail address").fill("ada@example.org")


async def send_at_last(visitor: Page) -> None:
    await send(visitor)
    await expect(visitor.get_by_role("status")).to_contain_text("Thank you. Your message has arrived")


async def test_messages_arrive_with_javascript_and_without(
    server: RunningSite, browser: Browser, editor_page: Page, watch: Watch
) -> None:
    watch.expect_error("422")  # the browser's note on the refused form
    # htmx notes that it gives up the check of the address when the form is sent meanwhile.
    watch.expect_error("htmx:afterRequest, [object HTMLParagraphElement]")
    watch.expect_error("htmx:sendAbort, [object HTMLParagraphElement]")
    ways = {"Ada with JavaScript": write_with_javascript, "Ada without JavaScript": write_without_javascript}
    for sender, write_message in ways.items():
        has_scripts = write_message is write_with_javascript
        visitor = await browser.new_page(base_url=server.url, java_script_enabled=has_scripts)
        await write_message(visitor, server, sender)

    await editor_page.goto("/admin/")
    panel = editor_page.get_by_role("region", name="New messages")
    for sender in ways:
        await expect(panel).to_contain_text(sender)
    await editor_page.locator("#wagtail-sidebar").get_by_role("link", name="Messages (2)").click()
    for sender in ways:
        await expect(editor_page.get_by_text(sender).first).to_be_visible()


async def download(page: Page, folder: Path, kind: str) -> Path:
    """Download the list as it is shown; return the path of the file."""
    async with page.expect_download() as started:
        await page.get_by_role("link", name=f"Download {kind}").click()
    file = await started.value
    assert file.suggested_filename.endswith(kind.lower())
    await file.save_as(folder / file.suggested_filename)
    return folder / file.suggested_filename


async def test_the_messages_are_downloaded_without_a_formula_in_them(
    server: RunningSite, browser: Browser, editor_page: Page, tmp_path: Path
) -> None:
    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/contact/")
    await wait_for_htmx(visitor)
    await write(visitor, name=FORMULA, email="ada@example.org")
    await make_older(visitor, server)
    await send_at_last(visitor)

    await editor_page.goto("/admin/snippets/forms/contactmessage/")
    await editor_page.get_by_role("button", name="Actions").first.click()
    workbook = load_workbook(await download(editor_page, tmp_path, "XLSX"))
    cells = [cell for row in workbook.active.iter_rows() for cell in row]
    assert [cell.value for cell in cells if "HYPERLINK" in str(cell.value)] == [f"'{FORMULA}"]
    assert "f" not in {cell.data_type for cell in cells}
    rows = list(csv.reader((await download(editor_page, tmp_path, "CSV")).open(newline="")))
    assert [cell for row in rows for cell in row if "HYPERLINK" in cell] == [f"'{FORMULA}"]
    assert any(TEXT in row for row in rows)


async def test_an_error_shows_when_typing_pauses(server: RunningSite, browser: Browser) -> None:
    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/contact/")
    await wait_for_htmx(visitor)
    await visitor.get_by_label("Your e-mail address").press_sequentially("ada.example.org", delay=PACE)
    await expect(visitor.locator("#contact-email-error")).to_contain_text("name@example.org")
    await visitor.get_by_label("Your e-mail address").press_sequentially("@home.example.org", delay=PACE)
    await expect(visitor.locator("#contact-email-error")).to_be_empty()
