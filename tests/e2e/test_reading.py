"""What helps a reader through a text, with JavaScript and without."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.editing import add_block, publish_post, start_post, until_saved
from tests.e2e.visiting import open_new_post
from tests.e2e.watching import watch_on_another_screen
from tests.running_site import RunningSite

FILLING = "\n\n".join(f"Line {number} of a text that is longer than the window." for number in range(30))
TEXT = "\n\n".join(f"## {name}\n\n{FILLING}" for name in ("Ink", "Paper", "Thread"))
TEXT += "\n\n## Glue\n\nAnd the end."
TITLE = "Followed by its contents"
EMBED = {"type": "embed", "value-embed_url": "https://youtu.be/dQw4w9WgXcQ"}
CODE = "```python\nfold = 1\n```\n\n"


async def follow_contents(page: Page) -> None:
    """Read the post from its beginning to its end and back; the contents say where."""
    current = page.locator(".toc [aria-current]")
    await expect(current).to_have_count(0)
    await page.get_by_role("navigation", name="On this page").get_by_role("link", name="Paper").click()
    await expect(current).to_have_text("Paper")
    await expect(current).to_be_in_viewport()
    # The last section is too short to reach the upper part of the window.
    await page.keyboard.press("End")
    await expect(current).to_have_text("Glue")
    await page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    await expect(current).to_have_count(0)


async def copy_code(page: Page) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("status")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "fold = 1"


async def play_a_video(page: Page) -> None:
    """Press the button of a video with the keyboard. Nothing was loaded from its site before: the fixture watches."""
    await page.locator("[data-embed]").evaluate("(embed) => { embed.dataset.embed = 'about:blank'; }")
    await page.get_by_role("button", name="Watch it on YouTube").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("iframe[title=YouTube]")).to_be_focused()


async def leap_to_a_part(page: Page, *, unfold: bool) -> None:
    entry = page.locator(".toc").get_by_text("Thread")
    if unfold:
        await expect(entry).to_be_hidden()
        await page.get_by_text("On this page").click()
    await entry.click()
    await expect(page.get_by_role("heading", name="Thread")).to_be_in_viewport()
    await expect(page.get_by_role("button", name="Copy")).to_have_count(0)


async def test_contents_follow_the_reading_code_is_copied_and_a_video_played(
    server: RunningSite, editor_page: Page, browser: Browser
) -> None:
    await publish_post(editor_page, TITLE, CODE + TEXT, EMBED)

    page = await browser.new_page(base_url=server.url, viewport={"width": 1400, "height": 700})
    await page.goto("/blog/")
    await open_new_post(page, TITLE)
    await expect(page.locator(".toc li")).to_have_text(["Ink", "Paper", "Thread", "Glue"])
    await follow_contents(page)
    await copy_code(page)
    await play_a_video(page)

    # Without JavaScript, contents unfold on a phone, and stand in the margin of a wide screen.
    without = await browser.new_page(viewport={"width": 390, "height": 700}, java_script_enabled=False)
    await without.goto(page.url.partition("#")[0])
    await leap_to_a_part(without, unfold=True)
    await without.set_viewport_size({"width": 1400, "height": 700})
    await without.goto(page.url.partition("#")[0])
    await leap_to_a_part(without, unfold=False)


# By day, the contents are read, and other tests follow the writing.
@pytest.mark.nightly
async def test_contents_follow_the_writing(editor_page: Page) -> None:
    screen = await watch_on_another_screen(editor_page)
    await start_post(editor_page, "Followed while it is written")
    await add_block(editor_page, "Markdown")
    await editor_page.locator(".CodeMirror").last.click()
    await editor_page.keyboard.insert_text(TEXT)
    await expect(screen.locator(".toc li")).to_have_text(["Ink", "Paper", "Thread", "Glue"])
    await editor_page.keyboard.insert_text("\n\n## Cloth\n\nAnd the cover.")
    await expect(screen.locator(".toc li")).to_have_text(["Ink", "Paper", "Thread", "Glue", "Cloth"])
    await until_saved(editor_page)
