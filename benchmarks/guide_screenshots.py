"""The screenshots of the editors' guide: `python -m benchmarks.guide_screenshots [NAME ...]`.

They are taken on the sample site in Chromium, and written to `docs/images/editors` as WebP. The guide is
`docs/editors.md`. It stands in the admin too.
"""

import argparse
import asyncio
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.e2e.editing import add_block, log_in, until_saved
from tests.e2e.visiting import CHROMIUM_FLAGS
from tests.running_site import PROJECT, environment, run_site

OUT = PROJECT / "docs/images/editors"
EDITOR, PASSWORD = "ines", "a-sheet-of-sixteen-pages"
SIZE: ViewportSize = {"width": 1280, "height": 760}
QUALITY = 82

TITLE = "Three mornings at the proofing press"
TEXT = "The first sheet is never right. It shows where the type sits too high, and that is what it is for."

# Visits of the last month, so that there are numbers to see.
COUNTS = """
from datetime import timedelta
from django.utils import timezone
from wagtail.models import Page
from galley.statistics.models import DailyCount
today = timezone.localdate()
DailyCount.objects.bulk_create(
    DailyCount(page=page, day=today - timedelta(days=age), count=1 + (7 * number + 5 * age) % (9 + 3 * number))
    for number, page in enumerate(Page.objects.live().filter(depth=4))
    for age in range(30)
)
"""

Walk = Callable[[Page], Awaitable[None]]


def main() -> None:
    """Take the screenshots that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guide_screenshots", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(WALKS)}")
    names = parser.parse_args().names or list(WALKS)
    with tempfile.TemporaryDirectory(prefix="galley-guide-") as folder:
        _load_sample_site(Path(folder))
        with run_site(Path(folder)) as site:
            asyncio.run(_take_all(site.url, [name for name in names if name != "translations"]))
        if "translations" in names:
            with run_site(Path(folder), GALLEY_LANGUAGES="en,de") as site:
                asyncio.run(_take_all(site.url, ["translations"]))


def _load_sample_site(folder: Path) -> None:
    account = {"DJANGO_SUPERUSER_USERNAME": EDITOR, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    account["DJANGO_SUPERUSER_EMAIL"] = "ines@example.org"
    env = environment(folder, **account)
    account_command, counts_command = ["createsuperuser", "--noinput", "-v0"], ["shell", "-v0", "-c", COUNTS]
    for command in (["migrate", "-v0"], ["load_sample_site"], account_command, counts_command):
        subprocess.run([sys.executable, "manage.py", *command], cwd=PROJECT, env=env, check=True)


async def _take_all(url: str, names: list[str]) -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        page = await _sign_in(browser, url)
        for name in names:
            await WALKS[name](page)
            await page.wait_for_load_state("networkidle")
            _write(name, await page.screenshot(animations="disabled"))
        await browser.close()


async def _sign_in(browser: Browser, url: str) -> Page:
    context = await browser.new_context(
        base_url=url, viewport=SIZE, color_scheme="light", reduced_motion="reduce", timezone_id="Europe/London"
    )
    page = await context.new_page()
    await log_in(page, EDITOR, PASSWORD)
    await page.goto("/admin/")
    time_zone = page.get_by_role("button", name="Use this time zone")
    # Asked once.
    if await time_zone.is_visible():
        await time_zone.click()
    return page


async def _dashboard(page: Page) -> None:
    await _open_post(page)
    await page.goto("/admin/")


async def _blocks(page: Page) -> None:
    await _open_post(page)
    await page.get_by_role("button", name="Insert a block").last.click()
    await page.get_by_role("option", name="Figure", exact=True).locator("..").get_by_role("button").hover()


async def _writing(page: Page) -> None:
    await _open_post(page)
    await page.locator(".public-DraftEditor-content").last.click()
    await page.keyboard.press("Control+Home")
    await page.keyboard.press("Shift+Control+ArrowRight")


async def _preview(page: Page) -> None:
    await _open_post(page)
    share = page.get_by_role("button", name="Share", exact=True)
    # Wagtail opens the panel again that was open on the last page.
    if not await share.is_visible():
        await page.get_by_role("button", name="Toggle preview").click()
    await expect(page.frame_locator(".live-preview-frame").get_by_text(TEXT)).to_be_visible()


async def _share(page: Page) -> None:
    await _preview(page)
    await page.get_by_role("button", name="Share", exact=True).click()


async def _publish(page: Page) -> None:
    await _open_post(page)
    await until_saved(page)
    await page.get_by_role("button", name="Publish", exact=True).click()


async def _calendar(page: Page) -> None:
    await _publish(page)
    await page.get_by_label("Tomorrow").click()
    await page.get_by_role("button", name="Schedule").click()
    await expect(page.locator(".messages")).to_contain_text("scheduled")
    await page.goto("/admin/calendar/?view=week")


async def _history(page: Page) -> None:
    await _open_post(page)
    await page.get_by_role("textbox", name="Excerpt").fill("What the first sheet is for.")
    await until_saved(page)
    await page.goto(page.url.replace("/edit/", "/history/"))


async def _bin(page: Page) -> None:
    await page.goto("/admin/blogpostpage-list/")
    await page.get_by_role("link", name="Before we fold", exact=False).first.click()
    await page.get_by_role("button", name="Actions").first.click()
    await page.get_by_role("link", name="Delete").first.click()
    await page.get_by_role("button", name="Yes, delete it").click()
    await expect(page.locator(".messages")).to_contain_text("is in the bin")
    await page.goto("/admin/bin/")


async def _statistics(page: Page) -> None:
    await page.goto("/admin/blogpostpage-list/")
    await page.get_by_role("link", name="The margin is a room").first.click()
    toggle = page.get_by_role("button", name="Toggle statistics")
    await toggle.wait_for()
    if await toggle.get_attribute("aria-expanded") != "true":
        await toggle.click()


async def _translations(page: Page) -> None:
    await page.goto("/admin/locales/new/")
    await page.get_by_label("Language", exact=False).first.select_option("de")
    await page.get_by_role("button", name="Create").click()
    await expect(page.locator(".messages")).to_contain_text("created")
    await page.goto("/admin/blogpostpage-list/")
    await page.get_by_role("link", name="The margin is a room").first.click()
    await page.get_by_role("button", name="Actions").first.click()
    await page.get_by_role("link", name="Translate into").first.click()
    await page.get_by_role("button", name="Make the translation").click()
    await page.wait_for_url("**/edit/")
    source = page.frame_locator(".translations__source")
    if not await page.locator(".translations__source").is_visible():
        await page.get_by_role("button", name="Toggle translations").click()
    await expect(source.get_by_role("heading", name="The margin is a room").first).to_be_visible()


async def _site(page: Page) -> None:
    await page.goto("/admin/settings/home/sitesettings/")


def _write(name: str, picture: bytes) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(picture)).convert("RGB").save(OUT / f"{name}.webp", quality=QUALITY, method=6)


async def _open_post(page: Page) -> None:
    """Open the post that the guide writes. The first time, write it."""
    await page.goto("/admin/")
    drafts = page.locator("#drafts-content").get_by_role("link", name=TITLE)
    if await drafts.count():
        await drafts.first.click()
        await page.wait_for_url("**/edit/")
        return
    await page.get_by_role("link", name="Write a post").click()
    await page.get_by_role("textbox", name="Title*").fill(TITLE)
    await add_block(page, "Paragraph")
    await page.locator(".public-DraftEditor-content").last.click()
    await page.keyboard.type(TEXT)
    await page.wait_for_url("**/edit/")
    await until_saved(page)


WALKS: dict[str, Walk] = {
    "dashboard": _dashboard,
    "blocks": _blocks,
    "writing": _writing,
    "preview": _preview,
    "share": _share,
    "publish": _publish,
    "history": _history,
    "site": _site,
    "statistics": _statistics,
    "bin": _bin,
    "translations": _translations,
    # The page is locked from here on.
    "calendar": _calendar,
}

if __name__ == "__main__":
    main()
