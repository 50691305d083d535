"""A visitor writes to the site's people, with JavaScript and without; an editor reads it."""

import secrets
import time
from unittest import mock

import pytest
from django.core.signing import TimestampSigner
from playwright.async_api import Browser, Page, expect

from config.settings.var_dir import read_or_create_secret_key
from tests.e2e.visiting import wait_for_htmx
from tests.running_site import RunningSite

TEXT = "Do you still set type by hand, and may I come and watch one afternoon?"
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


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_a_message_arrives(
    server: RunningSite, browser: Browser, editor_page: Page, watch, java_script: bool
) -> None:
    watch.expect_error("422")  # the browser's note on the refused form
    sender = f"Ada {'with' if java_script else 'without'} JavaScript"
    visitor = await browser.new_page(base_url=server.url, java_script_enabled=java_script)
    await visitor.goto("/contact/")
    if java_script:
        await wait_for_htmx(visitor)
        await visitor.evaluate("window.sameDocument = true")

    await write(visitor, name=sender, email="ada@")
    if java_script:
        await make_older(visitor, server)
    await send(visitor)
    await expect(visitor.locator("#contact-email-error")).to_contain_text("name@example.org")
    await expect(visitor.get_by_label("Your e-mail address")).to_be_focused()
    await expect(visitor.get_by_label("Your message")).to_have_value(TEXT)

    await visitor.get_by_label("Your e-mail address").fill("ada@example.org")
    if not java_script:
        await make_older(visitor, server)  # it has a token since it came back
    await send(visitor)
    await expect(visitor.get_by_role("status")).to_contain_text("Thank you. Your message has arrived")
    if java_script:
        assert await visitor.evaluate("window.sameDocument"), "the page was loaded again instead of changed in place"

    await editor_page.goto("/admin/")
    await editor_page.locator("#wagtail-sidebar").get_by_role("link", name="Messages").click()
    await expect(editor_page.get_by_text(sender).first).to_be_visible()


async def test_an_error_shows_when_typing_pauses(server: RunningSite, browser: Browser) -> None:
    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/contact/")
    await wait_for_htmx(visitor)
    await visitor.get_by_label("Your e-mail address").press_sequentially("ada.example.org", delay=PACE)
    await expect(visitor.locator("#contact-email-error")).to_contain_text("name@example.org")
    await visitor.get_by_label("Your e-mail address").press_sequentially("@home.example.org", delay=PACE)
    await expect(visitor.locator("#contact-email-error")).to_be_empty()
