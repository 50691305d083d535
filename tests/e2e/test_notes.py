"""A reader selects words in the draft and leaves a note; the author finds it among Wagtail's comments on that field."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.editing import open_saved_post, until_saved
from tests.e2e.test_sharing import make_link, open_dialog, open_post
from tests.running_site import DATABASE, RunningSite

SELECT = """(element) => {
    element.scrollIntoView({ block: "center", behavior: "instant" });
    getSelection().selectAllChildren(element);
}"""


async def saved_post(page: Page, title: str, text: str) -> str:
    """Write a post, let autosave keep it, and return its number."""
    await open_saved_post(page, title, text)
    await until_saved(page)
    return re.findall(r"/pages/(\d+)/edit/", page.url)[0]


async def leave_note(screen: Page, words: Locator, note: str) -> None:
    """Select the words, and say something about them."""
    await words.evaluate(SELECT)
    await screen.get_by_role("button", name="Leave a note").click()
    await expect(screen.get_by_role("dialog").locator("blockquote")).to_have_text(await words.inner_text())
    await screen.get_by_label("Your note").fill(note)
    await screen.get_by_role("button", name="Send").click()
    await expect(screen.get_by_text("Thank you.")).to_be_visible()


async def leave_note_by_keyboard(screen: Page, words: Locator, note: str) -> None:
    await words.evaluate(SELECT)
    await screen.keyboard.press("Control+Alt+m")
    await screen.keyboard.type(note)
    await screen.keyboard.press("Control+Enter")
    await expect(screen.get_by_text("Thank you.")).to_be_visible()
    await expect(screen.get_by_role("dialog")).to_be_hidden()


async def until_comments(page: Page, number: int) -> None:
    """Wait until the open form has so many comments."""
    await page.wait_for_function(f"comments.commentApp.store.getState().comments.comments.size === {number}")


async def saved_comments(page: Page) -> list[str]:
    """Change the title, and return the comments that autosave then stores."""
    await page.get_by_role("textbox", name="Title*").press("End")
    async with page.expect_response(re.compile(r"/edit/")) as saving:
        await page.keyboard.type(" twice")
    saved = await (await saving.value).json()
    assert saved["success"]
    await until_saved(page)
    return [comment["text"] for comment in saved["comments"]["comments"]]


async def test_notes_reach_the_open_editor_and_stay_one_comment_each(server: RunningSite, editor_page: Page) -> None:
    number = await saved_post(editor_page, "Noted", "A *galley proof* is **corrected**.")
    screen = await editor_page.context.new_page()
    await screen.goto(f"/preview/pages/{number}/")
    await leave_note(screen, screen.locator("main em"), "In one word?")

    await editor_page.bring_to_front()
    await until_comments(editor_page, 1)
    # An answer to a save that set out before the note came takes nothing away.
    await editor_page.evaluate(
        """() => document.dispatchEvent(new CustomEvent("w-autosave:success", {
            detail: { data: { comments: { comments: [], user: 1, authors: {} } } },
        }))"""
    )
    await until_comments(editor_page, 1)
    store = "[...comments.commentApp.store.getState().comments.comments.values()].map((c) => [c.contentpath, c.text])"
    [[path, text]] = await editor_page.evaluate(store)
    assert re.fullmatch(r"body\.[0-9a-f-]{36}", path)
    assert text == "“galley proof”\r\nIn one word?"

    # Autosave sends it along with the form, and it is neither lost nor made twice.
    assert await saved_comments(editor_page) == [text]
    assert await editor_page.evaluate(store) == [[path, text]]

    await screen.bring_to_front()
    await screen.reload()
    await leave_note_by_keyboard(screen, screen.locator("main strong"), "By machine?")
    await editor_page.bring_to_front()
    await until_comments(editor_page, 2)
    texts = [text, "“corrected”\r\nBy machine?"]
    assert await editor_page.evaluate(store) == [[path, one] for one in texts]
    with closing(sqlite3.connect(server.var_dir / DATABASE, timeout=60)) as database:
        query = "SELECT contentpath, text FROM wagtailcore_comment WHERE page_id = ? ORDER BY id"
        stored = database.execute(query, [number]).fetchall()
    assert stored == [(path, one) for one in texts]


# By day, an editor leaves notes in the browser, and `tests/galley/preview/notes` has those of guests.
@pytest.mark.nightly
async def test_a_guest_on_a_phone_leaves_a_note_through_a_link(editor_page: Page, browser: Browser) -> None:
    await open_post(editor_page)
    address = await make_link(await open_dialog(editor_page), "Client", "1 day")
    phone = await browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    guest = await phone.new_page()
    await guest.goto(address)
    await guest.locator("main h1").evaluate(SELECT)
    await guest.get_by_role("button", name="Leave a note").tap()
    await guest.get_by_label("Your name").fill("Jane")
    await guest.get_by_label("Your note").fill("Too dry")
    await guest.get_by_role("button", name="Send").tap()
    thanks = guest.get_by_text("Thank you.")
    await expect(thanks).to_be_visible()
    # The bar says so much that it is high on a phone; it covers nothing of what is said.
    await expect(guest.get_by_text(", shared until")).to_be_visible()
    boxes = [await one.bounding_box() for one in (thanks, guest.get_by_role("region", name="Live preview"))]
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
    await expect(editor_page.locator(".live-preview__new-note")).to_contain_text("From the link “Client”, Jane:")

    # The name is there for the next one.
    await guest.reload()
    await guest.locator("main h1").evaluate(SELECT)
    await guest.get_by_role("button", name="Leave a note").tap()
    await expect(guest.get_by_label("Your name")).to_have_value("Jane")
    await expect(guest.get_by_label("Your note")).to_be_focused()
