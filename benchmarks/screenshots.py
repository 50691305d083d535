"""Pictures of every kind of page and of twenty real posts, for people: `python -m benchmarks.screenshots --out FOLDER`.

Each is taken whole, by day and at night, as wide as a phone, a tablet and a desk.
"""

import argparse
import asyncio
import os
import re
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.e2e.visiting import CHROMIUM_FLAGS
from tests.running_site import RunningSite
from tests.site.crawling import crawl, over_http
from tests.site.filled_site import build_filled_site, run_filled_site
from tests.site.kinds import pages_to_look_at

WIDTHS = (390, 820, 1440)
COLOURS = ("light", "dark")
# Chromium draws no higher picture; what a page shows first is what is looked at.
HIGHEST = 12_000
# One that is broken is a picture of the page too.
SHOW_PICTURES = """() => Promise.all(Array.from(document.images, (picture) => {
  picture.loading = "eager";
  return picture.decode().catch(() => {});
}))"""


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the pictures go")
    parser.add_argument("--site", type=Path, metavar="FOLDER", help="keep the site here for the next time")
    parser.add_argument("--only", nargs="+", metavar="ADDRESS", help="these pages only, such as /blog/")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="galley-screenshots-") as temporary:
        folder = options.site or Path(temporary) / "var"
        if not folder.exists():
            build_filled_site(folder)
        with run_filled_site(folder) as site:
            asyncio.run(_take_all(site, options.out, options.only))


async def _take_all(site: RunningSite, out: Path, only: list[str] | None) -> None:
    addresses = only or pages_to_look_at(await crawl(over_http(site.url)), site.var_dir)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        for width in WIDTHS:
            for colours in COLOURS:
                await _take(browser, site, addresses, out, width, colours)
        await browser.close()


async def _take(browser: Browser, site: RunningSite, addresses: list[str], out: Path, width: int, colours: str) -> None:
    context = await browser.new_context(
        base_url=site.url,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if colours == "dark" else "light",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    for url in addresses:
        await page.goto(url)
        await page.evaluate(SHOW_PICTURES)
        height = min(await page.evaluate("document.documentElement.scrollHeight"), HIGHEST)
        name = re.sub(r"\W+", "-", url).strip("-") or "front"
        clip = {"x": 0, "y": 0, "width": width, "height": height}
        await page.screenshot(path=out / f"{name}.{width}.{colours}.png", full_page=True, clip=clip)  # type: ignore[arg-type]
    await context.close()


if __name__ == "__main__":
    main()
