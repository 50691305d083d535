"""A reader selects words in the draft and leaves a note; the author finds it among Wagtail's comments on that field."""

import re

from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.editing import open_saved_post, until_saved
from tests.e2e.test_sharing import make_link, open_dialog, open_post

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


async def test_a_note_reaches_the_open_editor_and_stays_one_comment(editor_page: Page) -> None:
    number = await saved_post(editor_page, "Noted", "A *galley proof* is corrected.")
    screen = await editor_page.context.new_page()
    await screen.goto(f"/preview/pages/{number}/")
    await leave_note(screen, screen.locator("main em"), "In one word?")

    await editor_page.bring_to_front()
    store = "[...comments.commentApp.store.getState().comments.comments.values()].map((c) => [c.contentpath, c.text])"
    await editor_page.wait_for_function(f"{store}.length === 1")
    [[path, text]] = await editor_page.evaluate(store)
    assert re.fullmatch(r"body\.[0-9a-f-]{36}", path)
    assert text == "“galley proof”\r\nIn one word?"

    # Autosave sends it along with the form, and it is neither lost nor made twice.
    await editor_page.get_by_role("textbox", name="Title*").press("End")
    async with editor_page.expect_response(re.compile(r"/edit/")) as saving:
        await editor_page.keyboard.type(" twice")
    saved = await (await saving.value).json()
    assert saved["success"]
    assert [comment["text"] for comment in saved["comments"]["comments"]] == [text]
    await until_saved(editor_page)
    assert await editor_page.evaluate(store) == [[path, text]]

    await editor_page.reload()
    await editor_page.get_by_role("button", name="Toggle comments").click()
    await expect(editor_page.get_by_text("In one word?")).to_have_count(1)
    assert await editor_page.evaluate(store) == [[path, text]]


async def test_a_note_that_comes_while_the_page_is_saved_is_there_afterwards(editor_page: Page) -> None:
    number = await saved_post(editor_page, "Crossing", "Two *trains*.")
    screen = await editor_page.context.new_page()
    await screen.goto(f"/preview/pages/{number}/")
    await leave_note(screen, screen.locator("main em"), "Which?")
    await editor_page.bring_to_front()
    await editor_page.wait_for_function("comments.commentApp.store.getState().comments.comments.size === 1")
    # An answer to a save that set out before the note came.
    await editor_page.evaluate(
        """() => document.dispatchEvent(new CustomEvent("w-autosave:success", {
            detail: { data: { comments: { comments: [], user: 1, authors: {} } } },
        }))"""
    )
    await editor_page.wait_for_function("comments.commentApp.store.getState().comments.comments.size === 1")


async def test_a_note_by_keyboard_alone(editor_page: Page) -> None:
    number = await saved_post(editor_page, "Keyed", "By *hand*.")
    screen = await editor_page.context.new_page()
    await screen.goto(f"/preview/pages/{number}/")
    await screen.locator("main em").evaluate(SELECT)
    await screen.keyboard.press("Control+Alt+m")
    await screen.keyboard.type("By machine?")
    await screen.keyboard.press("Control+Enter")
    await expect(screen.get_by_text("Thank you.")).to_be_visible()
    await expect(screen.get_by_role("dialog")).to_be_hidden()


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
    await expect(guest.get_by_text("Thank you.")).to_be_visible()
    await expect(editor_page.locator(".live-preview__new-note")).to_contain_text("From the link “Client”, Jane:")

    # The name is there for the next one.
    await guest.reload()
    await guest.locator("main h1").evaluate(SELECT)
    await guest.get_by_role("button", name="Leave a note").tap()
    await expect(guest.get_by_label("Your name")).to_have_value("Jane")
    await expect(guest.get_by_label("Your note")).to_be_focused()
