"""What is typed in the ordinary edit page is seen, as it is typed, on every screen of its author."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import add_block, publish, start_post, type_paragraph, until_autosave_notices
from tests.e2e.visiting import open_new_post
from tests.e2e.watching import bar, open_panel, panel, watch_on_another_screen
from tests.running_site import RunningSite


async def add_to_title(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Title*").press("End")
    await page.keyboard.type(text)


async def see_the_first_letters(editor_page: Page, screen: Page) -> None:
    await expect(screen.get_by_role("heading", name="Nothing is being written yet")).to_be_visible()
    await start_post(editor_page, "Followed")
    await expect(screen.get_by_role("heading", name="Followed", level=1)).to_be_visible()


async def see_blocks_come_move_and_go(editor_page: Page, screen: Page) -> None:
    blocks = screen.locator("[data-region^=block-]")
    await type_paragraph(editor_page, "Alpha")
    await type_paragraph(editor_page, "Set by hand.")
    await expect(blocks).to_have_text([re.compile("Alpha"), re.compile("Set by hand.")])
    await editor_page.get_by_role("button", name="Move down").first.click()
    await expect(blocks).to_have_text([re.compile("Set by hand."), re.compile("Alpha")])
    await editor_page.get_by_role("button", name="Delete", exact=True).nth(1).click()
    await expect(blocks).to_have_text([re.compile("Set by hand.")])


async def see_a_long_text_without_being_moved(editor_page: Page, screen: Page) -> None:
    """A screen is changed and never reloaded."""
    lines = "Then *proved*.\n\n" + "\n\n".join(f"Paragraph {number}" for number in range(80))
    await add_block(editor_page, "Markdown")
    await editor_page.locator(".CodeMirror").last.click()
    await editor_page.keyboard.insert_text(lines + "\n\n<details><summary>More</summary>\n\nHidden\n\n</details>\n\n")
    await screen.get_by_text("More").click()
    await screen.evaluate("window.sameDocument = true")
    await screen.evaluate("scrollTo({top: 900, behavior: 'instant'})")
    await editor_page.locator(".CodeMirror").last.click()
    await editor_page.keyboard.press("Control+End")
    await editor_page.keyboard.type("And on it goes.")
    await expect(screen.get_by_text("And on it goes.")).to_be_attached()
    await expect(screen.locator("em", has_text="proved")).to_be_attached()
    assert await screen.evaluate("window.sameDocument")
    assert await screen.evaluate("scrollY") == 900
    assert await screen.evaluate("document.querySelector('details').open")


async def see_the_rest_while_a_value_is_half_typed(editor_page: Page, screen: Page) -> None:
    """A value that isn't valid yet is named, and the rest goes on."""
    address = editor_page.get_by_label("Original address")
    await editor_page.get_by_role("tab", name="Promote").click()
    await address.fill("not an address")
    await editor_page.get_by_role("tab", name="Content").click()
    await add_to_title(editor_page, " but shown")
    await expect(screen.get_by_role("heading", name="Followed but shown")).to_be_visible()
    await expect(bar(screen)).to_contain_text("Original address")
    await editor_page.get_by_role("tab", name="Promote").click()
    await address.fill("")
    await editor_page.get_by_role("tab", name="Content").click()
    await expect(bar(screen)).to_have_text("Live")


async def replace_the_frame_of_wagtail(editor_page: Page) -> None:
    """A preview that Wagtail began before the connection was there ends like this."""
    await editor_page.evaluate(
        """() => {
             const frame = document.querySelector("#w-preview-iframe");
             const next = frame.cloneNode();
             next.className = "w-preview__iframe";
             frame.replaceWith(next);
           }"""
    )


async def see_the_new_page_in_the_panel_once_it_has_an_id(editor_page: Page) -> None:
    """Autosave gives it one; screens that are opened from there on go to its own address."""
    await open_panel(editor_page)
    await expect(panel(editor_page).get_by_role("heading", name="Followed")).to_be_visible()
    await replace_the_frame_of_wagtail(editor_page)
    await expect(editor_page.locator("#w-preview-iframe")).to_be_hidden()
    await expect(panel(editor_page).get_by_role("heading", name="Followed")).to_be_visible()

    await until_autosave_notices(editor_page)
    await add_to_title(editor_page, " by day")
    await editor_page.wait_for_function("location.pathname.endsWith('/edit/')")
    follow = editor_page.get_by_role("link", name="Follow on another screen")
    await expect(follow).to_have_attribute("href", re.compile(r"^/preview/pages/\d+/$"))
    screen = await watch_on_another_screen(editor_page, await follow.get_attribute("href"))
    await add_to_title(editor_page, " and night")
    for view in (screen, panel(editor_page)):
        await expect(view.get_by_role("heading", name="Followed by day and night")).to_be_visible()
    await screen.close()
    await open_panel(editor_page)  # which closes it


async def test_a_new_post_is_followed_from_its_first_letter(editor_page: Page) -> None:
    screen = await watch_on_another_screen(editor_page)
    await see_the_first_letters(editor_page, screen)
    await see_the_new_page_in_the_panel_once_it_has_an_id(editor_page)
    await see_blocks_come_move_and_go(editor_page, screen)


# By day: `test_preview_patches.py` for what isn't moved, `test_publishing.py` for what a visitor reads.
@pytest.mark.nightly
async def test_a_long_post_is_followed_to_its_publication(
    server: RunningSite, editor_page: Page, browser: Browser, watch: Watch
) -> None:
    watch.expect_error("400")  # autosave refuses what isn't valid
    screen = await watch_on_another_screen(editor_page)
    await see_the_first_letters(editor_page, screen)
    await until_autosave_notices(editor_page)
    await see_a_long_text_without_being_moved(editor_page, screen)
    await see_the_rest_while_a_value_is_half_typed(editor_page, screen)

    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/blog/")
    await expect(visitor.get_by_text("Followed")).to_have_count(0)
    await publish(editor_page)
    await open_new_post(visitor, "Followed but shown")
    await expect(visitor.locator("em", has_text="proved")).to_be_visible()


async def test_a_stranger_is_sent_to_the_login(server: RunningSite, browser: Browser) -> None:
    visitor = await browser.new_page(base_url=server.url)
    for address in ("/preview/", "/preview/pages/3/", "/preview/tabs/any/"):
        answer = await visitor.request.get(address)
        assert urlsplit(answer.url).path == "/admin/login/"
