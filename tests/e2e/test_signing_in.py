"""A session that ends while somebody writes costs no word: they sign in over the page, and saving goes on."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, FrameLocator, Locator, Page, Route, expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import (
    log_in,
    open_saved_post,
    press_publish,
    start_post,
    type_markdown,
    until_autosave_notices,
    until_saved,
    use_colours,
)
from tests.e2e.watching import open_panel
from tests.running_site import DATABASE, EDITOR, EDITOR_PASSWORD, RunningSite, wait_until

OTHER = "theodora"
READER = "reader"
SIGNED_OUT = "You were signed out"

# Adds another editor, and somebody who may open the admin and edit nothing. Both have the editor's password.
ADD_USER = """
    INSERT INTO auth_user
        (username, password, is_superuser, is_staff, is_active, first_name, last_name, email, date_joined)
    SELECT ?, password, ?, 0, 1, '', '', '', date_joined FROM auth_user WHERE username = ?
"""
LET_IN = """
    INSERT INTO auth_user_user_permissions (user_id, permission_id)
    SELECT u.id, p.id FROM auth_user AS u, auth_permission AS p WHERE u.username = ? AND p.codename = 'access_admin'
"""


class Database:
    """What the server has stored, and a way to end sessions."""

    def __init__(self, site: RunningSite) -> None:
        self.path = site.var_dir / DATABASE

    def run(self, statement: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(self.path, timeout=60)) as database, database:
            return database.execute(statement, values).fetchall()

    def end_sessions(self) -> None:
        self.run("DELETE FROM django_session")

    def savers_of(self, words: str) -> list[str]:
        """Return who has saved a revision with these words, the newest first."""
        query = """
            SELECT u.username FROM wagtailcore_revision AS r JOIN auth_user AS u ON u.id = r.user_id
            WHERE r.content LIKE ? ORDER BY r.created_at DESC
        """
        return [name for (name,) in self.run(query, f"%{words}%")]

    async def until_saved(self, words: str, saver: str = EDITOR) -> None:
        """Wait until the newest revision with these words is of `saver`."""
        await asyncio.to_thread(wait_until, lambda: self.savers_of(words)[:1] == [saver])


@pytest.fixture(scope="module")
def database(server: RunningSite) -> Database:
    database = Database(server)
    database.run(ADD_USER, OTHER, 1, EDITOR)
    database.run(ADD_USER, READER, 0, EDITOR)
    database.run(LET_IN, READER)
    return database


@pytest.fixture
def refusals(watch: Watch) -> None:
    """A browser writes into its console that a request was refused, or that a socket broke."""
    watch.expect_error("403")
    watch.expect_error("WebSocket")
    watch.expect_error("ERR_")
    watch.expect_error("Failed to fetch")
    # Wagtail's own preview reads the sign-in page as JSON.
    watch.expect_error("is not valid JSON")


@pytest_asyncio.fixture(loop_scope="session")
async def writer(browser: Browser, server: RunningSite, database: Database, refusals: None) -> Page:
    """The page of an editor with a session of their own."""
    context = await browser.new_context(base_url=server.url)
    page = await context.new_page()
    await log_in(page, EDITOR, EDITOR_PASSWORD)
    return page


def dialog(page: Page) -> Locator:
    return page.locator(".sign-in-again")


def sign_in_form(page: Page) -> FrameLocator:
    return page.frame_locator(".sign-in-again iframe")


async def sign_in(page: Page, username: str = EDITOR, password: str = EDITOR_PASSWORD) -> None:
    """Fill in the form in the dialog."""
    form = sign_in_form(page)
    await form.get_by_label("Username").fill(username)
    await form.get_by_label("Password").fill(password)
    await form.get_by_role("button", name="Sign in").click()


async def write_on(page: Page, words: str) -> None:
    """Write at the end of the text block."""
    await page.locator(".CodeMirror").last.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(words)


async def test_an_author_who_was_signed_out_signs_in_over_the_text_and_every_word_is_saved(
    writer: Page, database: Database
) -> None:
    await open_saved_post(writer, "Midnight", "Words from before.")
    await open_panel(writer)
    preview = writer.locator(".live-preview__state")
    await expect(preview).to_have_text("Live")
    database.end_sessions()
    await write_on(writer, " Words of midnight.")
    await expect(dialog(writer)).to_contain_text("Your text is still here")
    await expect(preview).to_contain_text("You are logged out")
    await expect(writer.locator(".footer__save-warning")).to_contain_text(SIGNED_OUT)
    await writer.keyboard.type(" Typed on while it opened.")
    await sign_in(writer)
    await expect(dialog(writer)).to_be_hidden()
    await until_saved(writer)
    await expect(writer.locator(".w-autosave-indicator")).to_have_attribute("data-w-autosave-state-value", "saved")
    await expect(writer.locator(".footer__save-warning")).to_be_empty()
    assert database.savers_of("before. Words of midnight. Typed on while it opened.") == [EDITOR]
    await expect(preview).to_have_text("Live")


@pytest.mark.parametrize("button", ["Save draft", "Publish"])
async def test_a_button_that_is_pressed_without_a_session_does_its_work_after_the_sign_in(
    writer: Page, database: Database, button: str
) -> None:
    words = f"Never sent by {button}."
    await open_saved_post(writer, f"Pressed {button}", "A beginning.")
    await until_saved(writer)
    database.end_sessions()
    await write_on(writer, words)
    if button == "Publish":
        await press_publish(writer)
    else:
        await writer.get_by_role("button", name=button, exact=True).click()
    await sign_in(writer)
    await expect(writer.locator(".messages")).to_contain_text("published" if button == "Publish" else "updated")
    assert database.savers_of(words)[0] == EDITOR


async def test_a_post_that_was_never_saved_is_created_after_the_sign_in(writer: Page, database: Database) -> None:
    await writer.goto("/admin/pages/add/blog/blogpostpage/4/")
    database.end_sessions()
    await writer.get_by_role("textbox", name="Title*").fill("Created late")
    await type_markdown(writer, "Not yet anywhere.")
    await writer.get_by_role("button", name="Save draft").click()
    await sign_in(writer)
    await expect(writer.locator(".messages")).to_contain_text("Created late")
    assert set(database.savers_of("Not yet anywhere.")) == {EDITOR}


async def test_a_wrong_password_is_said_in_the_dialog_and_saves_nothing(writer: Page, database: Database) -> None:
    await open_saved_post(writer, "Mistyped", "Some words.")
    database.end_sessions()
    await write_on(writer, " Some more.")
    await sign_in(writer, password="wrong")
    await expect(sign_in_form(writer).locator(".messages")).to_contain_text("didn't match")
    await expect(dialog(writer)).to_be_visible()
    assert database.savers_of("Some more.") == []
    await sign_in(writer)
    await database.until_saved("Some words. Some more.")


async def test_whoever_signs_in_as_somebody_else_is_asked_before_anything_is_saved(
    writer: Page, database: Database
) -> None:
    await open_saved_post(writer, "Two people", "By one.")
    database.end_sessions()
    await write_on(writer, " By whom?")
    await sign_in(writer, OTHER)
    await expect(dialog(writer)).to_contain_text(f"{EDITOR} opened this page. Nothing has been saved as {OTHER}.")
    assert database.savers_of("By whom?") == []
    await dialog(writer).get_by_role("button", name=f"Save as {OTHER}").click()
    await expect(writer.locator(".messages")).to_contain_text("updated")
    assert database.savers_of("By one. By whom?") == [OTHER]


async def test_whoever_may_not_edit_the_page_can_only_sign_out_again(writer: Page, database: Database) -> None:
    await open_saved_post(writer, "Not theirs", "Mine.")
    database.end_sessions()
    await write_on(writer, " Still mine.")
    await writer.get_by_role("button", name="Save draft").click()
    await sign_in(writer, READER)
    await dialog(writer).get_by_role("button", name=f"Save as {READER}").click()
    await expect(dialog(writer)).to_contain_text(f"{READER} may not edit it. Your text is still here.")
    await expect(dialog(writer).get_by_role("button", name="Save as")).to_have_count(0)
    await dialog(writer).get_by_role("button", name=f"Sign {READER} out").click()
    await sign_in(writer)
    await expect(writer.locator(".messages")).to_contain_text("updated")
    assert database.savers_of("Mine. Still mine.")[0] == EDITOR


async def test_a_log_out_and_a_log_in_in_another_tab_are_not_noticed(writer: Page, database: Database) -> None:
    await open_saved_post(writer, "Two tabs", "First.")
    await database.until_saved("First.")
    database.end_sessions()
    await log_in(await writer.context.new_page(), EDITOR, EDITOR_PASSWORD)
    # Upstream ends an autosave in a frame of animation: none comes behind another tab.
    await writer.bring_to_front()
    await write_on(writer, " Second.")
    await database.until_saved("First. Second.")
    await expect(dialog(writer)).to_be_hidden()
    await writer.get_by_role("button", name="Save draft").click()
    await expect(writer.locator(".messages")).to_contain_text("updated")


async def test_a_sign_in_in_another_tab_closes_the_dialog(writer: Page, database: Database) -> None:
    await open_saved_post(writer, "Elsewhere", "Here.")
    database.end_sessions()
    await write_on(writer, " There.")
    async with writer.context.expect_page() as opened:
        await dialog(writer).get_by_role("link", name="Sign in in another tab").click()
    tab = await opened.value
    await tab.get_by_label("Username").fill(EDITOR)
    await tab.get_by_label("Password").fill(EDITOR_PASSWORD)
    await tab.get_by_role("button", name="Sign in").click()
    await expect(tab.get_by_role("heading", name="You are signed in")).to_be_visible()
    await tab.close()
    await writer.evaluate("dispatchEvent(new Event('focus'))")
    await expect(dialog(writer)).to_be_hidden()
    await database.until_saved("Here. There.")


async def test_a_server_that_starts_with_another_secret_key_loses_nothing(
    writer: Page, server: RunningSite, database: Database
) -> None:
    await open_saved_post(writer, "New key", "Old key.")
    await until_saved(writer)
    path = server.var_dir / "secret-key"
    key = path.read_text()
    try:
        server.server.kill()
        path.write_text("another-" + key)
        server.server.start()
        await write_on(writer, " Another key.")
        await sign_in(writer)
        await expect(dialog(writer)).to_be_hidden()
        await database.until_saved("Old key. Another key.")
    finally:
        server.server.kill()
        path.write_text(key)
        server.server.start()


async def test_the_dialog_needs_no_mouse_and_can_be_declined(writer: Page, database: Database) -> None:
    await open_saved_post(writer, "By keyboard", "One.")
    database.end_sessions()
    await write_on(writer, " Two.")
    await expect(dialog(writer)).to_be_visible()
    # The focus has stayed in the text.
    await writer.keyboard.type(" Three.")
    await expect(writer.locator(".CodeMirror-code").last).to_have_text("One. Two. Three.")
    await writer.keyboard.press("Control+s")
    await expect(dialog(writer)).to_have_js_property("open", True)
    await writer.wait_for_function("document.querySelector('.sign-in-again:modal')?.contains(document.activeElement)")
    await writer.keyboard.press("Escape")
    await expect(dialog(writer)).to_be_hidden()
    await expect(writer.locator(".footer__save-warning")).to_contain_text(SIGNED_OUT)
    button = writer.get_by_role("button", name="Save draft")
    await expect(button).to_be_enabled()
    await button.press("Enter")
    username = sign_in_form(writer).get_by_label("Username")
    await username.wait_for()
    await writer.wait_for_function("document.querySelector('.sign-in-again:modal')?.contains(document.activeElement)")
    while not await username.evaluate("field => field === document.activeElement && document.hasFocus()"):
        await writer.keyboard.press("Tab")
    await writer.keyboard.type(EDITOR)
    await writer.keyboard.press("Tab")
    await writer.keyboard.type(EDITOR_PASSWORD)
    await writer.keyboard.press("Enter")
    await expect(writer.locator(".messages")).to_contain_text("updated")
    assert database.savers_of("One. Two. Three.")[0] == EDITOR


async def test_axe_finds_nothing_in_the_dialog(writer: Page, database: Database) -> None:
    await open_saved_post(writer, "Looked at", "Looks.")
    database.end_sessions()
    await write_on(writer, " More.")
    await sign_in_form(writer).get_by_label("Username").wait_for()
    for state in ("signed out", "somebody else"):
        if state == "somebody else":
            await sign_in(writer, OTHER)
            await expect(dialog(writer)).to_contain_text(OTHER)
        for colours in ("light", "dark"):
            await use_colours(writer, colours)
            results = await Axe().run(writer, context=".sign-in-again")
            assert results.violations_count == 0, results.generate_report()


async def test_what_is_written_while_an_autosave_is_under_way_is_saved_next(writer: Page, database: Database) -> None:
    """Wagtail took it for saved, and didn't ask before the page was left."""
    await open_saved_post(writer, "Under way", "Sent.")
    await until_saved(writer)

    async def write_before_it_returns(route: Route) -> None:
        response = await route.fetch()
        await writer.keyboard.type(" And the last words.")
        await route.fulfill(response=response)

    await writer.route("**/edit/", write_before_it_returns, times=1)
    await write_on(writer, " Under way.")
    await database.until_saved("Sent. Under way. And the last words.")


async def test_a_new_post_goes_on_after_the_network_has_broken_off_its_first_autosave(
    writer: Page, database: Database
) -> None:
    """Wagtail had saved it, said that it hadn't, and saved nothing more."""
    await writer.route("**/*_w_hydrate_create_view*", lambda route: route.abort())
    await start_post(writer, "Broken off")
    await until_autosave_notices(writer)
    await type_markdown(writer, "Before.")
    await expect(writer.locator(".footer__save-warning")).to_contain_text("can't be reached")
    await writer.unroute("**/*_w_hydrate_create_view*")
    await writer.evaluate("dispatchEvent(new Event('online'))")
    await write_on(writer, " After.")
    await database.until_saved("Before. After.")
    await expect(writer.locator(".w-autosave-indicator")).to_have_attribute("data-w-autosave-state-value", "saved")
    await expect(writer.locator(".footer__save-warning")).to_be_empty()


async def test_a_page_that_could_not_be_published_but_is_saved_as_a_draft_says_only_that(
    writer: Page, database: Database
) -> None:
    await writer.goto("/admin/pages/4/edit/")
    await writer.get_by_role("textbox", name="Title*").fill("")
    await press_publish(writer)
    messages = writer.locator(".messages")
    await expect(messages).to_contain_text("Your changes are saved as a draft")
    await expect(messages).not_to_contain_text("could not be saved")
