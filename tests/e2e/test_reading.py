"""What helps a reader through a text, with JavaScript and without."""

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.e2e.editing import add_block, publish, start_post
from tests.e2e.watching import watch_on_another_screen
from tests.running_site import RunningSite

FILLING = "\n\n".join(f"Line {number} of a text that is longer than the window." for number in range(30))
TEXT = "\n\n".join(f"## {name}\n\n{FILLING}" for name in ("Ink", "Paper", "Thread"))
CODE = "```python\nfold = 1\n```\n\n"


async def write_post(page: Page, title: str, text: str) -> None:
    await start_post(page, title)
    await add_block(page, "Markdown")
    await page.locator(".CodeMirror").last.click()
    await page.keyboard.insert_text(text)


async def open_post(context: BrowserContext, title: str) -> Page:
    page = await context.new_page()
    await page.goto("/blog/")
    await page.get_by_role("link", name=title).first.click()
    await expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    return page


async def test_contents_follow_the_writing_and_the_reading_and_code_is_copied(
    server: RunningSite, editor_page: Page, browser: Browser
) -> None:
    screen = await watch_on_another_screen(editor_page)
    await write_post(editor_page, "Followed by its contents", CODE + TEXT)
    entries = screen.get_by_role("navigation", name="On this page").get_by_role("listitem")
    await expect(entries).to_have_text(["Ink", "Paper", "Thread"])
    await editor_page.keyboard.insert_text("\n\n## Glue\n\nAnd the end.")
    await expect(entries).to_have_text(["Ink", "Paper", "Thread", "Glue"])
    await publish(editor_page)

    context = await browser.new_context(base_url=server.url, viewport={"width": 1400, "height": 700})
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await open_post(context, "Followed by its contents")
    contents = page.get_by_role("navigation", name="On this page")
    current = contents.locator("[aria-current]")
    await expect(contents.get_by_role("link", name="Paper")).to_be_visible()
    await expect(current).to_have_count(0)
    await contents.get_by_role("link", name="Paper").click()
    await expect(current).to_have_text("Paper")
    await expect(contents.get_by_role("link", name="Paper")).to_be_in_viewport()
    await page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
    await expect(current).to_have_text("Glue")
    await page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    await expect(current).to_have_count(0)

    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("status")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "fold = 1"


async def test_without_javascript_contents_unfold_on_a_phone_and_stand_in_the_margin_of_a_wide_screen(
    server: RunningSite, editor_page: Page, browser: Browser
) -> None:
    await write_post(editor_page, "Read without scripts", CODE + TEXT)
    await publish(editor_page)

    for width in (390, 1400):
        context = await browser.new_context(
            base_url=server.url, java_script_enabled=False, viewport={"width": width, "height": 700}
        )
        page = await open_post(context, "Read without scripts")
        entry = page.get_by_role("navigation", name="On this page").get_by_role("link", name="Thread")
        if width < 1200:
            await expect(entry).to_be_hidden()
            await page.get_by_text("On this page").click()
        await entry.click()
        await expect(page.get_by_role("heading", name="Thread")).to_be_in_viewport()
        await expect(page.get_by_role("button", name="Copy")).to_have_count(0)
        await context.close()
