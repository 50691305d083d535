"""What helps a reader through a text, with JavaScript and without."""

from playwright.async_api import Browser, Page, expect

from tests.e2e.editing import add_block, publish, start_post
from tests.e2e.visiting import open_new_post
from tests.e2e.watching import watch_on_another_screen
from tests.running_site import RunningSite

FILLING = "\n\n".join(f"Line {number} of a text that is longer than the window." for number in range(30))
TEXT = "\n\n".join(f"## {name}\n\n{FILLING}" for name in ("Ink", "Paper", "Thread"))
TITLE = "Followed by its contents"
CODE = "```python\nfold = 1\n```\n\n"


async def open_post(browser: Browser, server: RunningSite, width: int, *, scripts: bool) -> Page:
    context = await browser.new_context(
        base_url=server.url, viewport={"width": width, "height": 700}, java_script_enabled=scripts
    )
    page = await context.new_page()
    await page.goto("/blog/")
    await open_new_post(page, TITLE)
    return page


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


async def test_contents_follow_the_writing_and_the_reading_and_code_is_copied(
    server: RunningSite, editor_page: Page, browser: Browser
) -> None:
    screen = await watch_on_another_screen(editor_page)
    await start_post(editor_page, TITLE)
    await add_block(editor_page, "Markdown")
    await editor_page.locator(".CodeMirror").last.click()
    await editor_page.keyboard.insert_text(CODE + TEXT)
    await expect(screen.locator(".toc li")).to_have_text(["Ink", "Paper", "Thread"])
    await editor_page.keyboard.insert_text("\n\n## Glue\n\nAnd the end.")
    await expect(screen.locator(".toc li")).to_have_text(["Ink", "Paper", "Thread", "Glue"])
    await add_block(editor_page, "Embed")
    await editor_page.locator('input[name$="-embed_url"]').fill("https://youtu.be/dQw4w9WgXcQ")
    await expect(screen.get_by_role("button", name="Watch it on YouTube")).to_be_visible()
    await publish(editor_page)

    page = await open_post(browser, server, 1400, scripts=True)
    await follow_contents(page)
    await copy_code(page)
    await play_a_video(page)

    # Without JavaScript, contents unfold on a phone, and stand in the margin of a wide screen.
    await leap_to_a_part(await open_post(browser, server, 390, scripts=False), unfold=True)
    await leap_to_a_part(await open_post(browser, server, 1400, scripts=False), unfold=False)
